"""Follows the token file, so that a token which holds no longer ends what was let in by it."""

import asyncio
from collections.abc import Callable

from zeropoint.server.access import Gate
from zeropoint.server.tokens import utc_now

# A change of the file reaches the running process within a second.
LOOK_SECONDS = 0.5


async def follow_tokens(gate: Gate, end_unentitled: Callable[[str], None]) -> None:
    """Calls `end_unentitled` with a reason when tokens or sessions have ended, until it is cancelled."""
    looked_at = utc_now()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        before, looked_at = looked_at, utc_now()
        # To ask each of thousands of subscribers twice a second would cost as much as sending to them.
        sessions_end = gate.sessions.ends_within(before, looked_at)
        if gate.register.refresh() or gate.register.ends_within(before, looked_at) or sessions_end:
            end_unentitled("token-no-longer-valid")
