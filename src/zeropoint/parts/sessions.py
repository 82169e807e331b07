"""What keeps the sessions of browsers."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from zeropoint import files
from zeropoint.flight import Lane
from zeropoint.startup import Claim

# How long who signs in or out waits for the disk.
SESSIONS_SECONDS = 5.0


def keep_in(file: Path, claim: Claim) -> Callable[[bytes], Awaitable[None]]:
    """What writes the sessions, on a thread of its own."""
    lane = Lane("sessions", SESSIONS_SECONDS)

    def write(content: bytes) -> None:
        claim()
        files.replace(file, content)

    async def keep(content: bytes) -> None:
        await lane.call(lambda: write(content))

    return keep
