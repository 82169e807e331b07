"""Follows the token file, so that a token which holds no longer ends what was let in by it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, TypeVar

from zeropoint.server.access import Gate
from zeropoint.server.tokens import utc_now

# A change of the file reaches the running process within a second.
LOOK_SECONDS = 0.5
# How long one look may take before it is given up.
HANG_SECONDS = 5.0
HANGS = "the file of tokens cannot be looked at: the disk has not answered; tokens hold as they were"

T = TypeVar("T")


class OnDisk(Protocol):
    """Makes a call that may hang, where it holds up nothing else. Raises TimeoutError, and whatever the call raises."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]: ...


async def follow_tokens(
    gate: Gate, end_unentitled: Callable[[str], None], disk: OnDisk, now: Callable[[], datetime] = utc_now
) -> None:
    """Calls `end_unentitled` with a reason when tokens or sessions have ended, until it is cancelled."""
    looked_at = now()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            seen = await disk(gate.register.look)
        except TimeoutError:
            gate.register.failure, seen = HANGS, None
        before, looked_at = looked_at, now()
        # To ask each of thousands of subscribers twice a second would cost as much as sending to them.
        sessions_end = gate.sessions.ends_within(before, looked_at)
        changed = seen is not None and gate.register.take(seen)
        if changed or gate.register.ends_within(before, looked_at) or sessions_end:
            end_unentitled("token-no-longer-valid")
