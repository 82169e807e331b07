"""Tokens and sessions whose time runs out while streams are open, with a clock of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from zeropoint.feed.view import WHOLE, View
from zeropoint.server.access import Gate, Grant
from zeropoint.server.sessions import SESSION_DAYS, Sessions
from zeropoint.server.token_watch import follow_tokens
from zeropoint.server.tokens import TokenRegister, TokenStore, digest

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
LIFETIME = timedelta(hours=1)
T = TypeVar("T")


class Followed:
    """A gate whose tokens are followed. `looks` gets an item at each look at the file, `reasons` why streams were
    ended."""

    def __init__(self, data: Path, lifetime: timedelta | None) -> None:
        text = TokenStore(data).create("read", None, lifetime, NOW)
        register = TokenRegister(TokenStore(data))
        found = register.find(text, NOW)
        assert found is not None
        self.now = NOW
        self.token = found
        self.sessions = Sessions(register)
        self.gate = Gate(register, View(), False, lambda: self.now, self.sessions)
        self.looks: asyncio.Queue[None] = asyncio.Queue()
        self.reasons: asyncio.Queue[str] = asyncio.Queue()

    async def look(self, call: Callable[[], T], /) -> T:
        self.looks.put_nowait(None)
        return call()

    async def looks_again(self, times: int) -> None:
        for _ in range(times):
            await self.looks.get()


@asynccontextmanager
async def followed(data: Path, lifetime: timedelta | None) -> AsyncIterator[Followed]:
    standing = Followed(data, lifetime)
    following = asyncio.create_task(
        follow_tokens(standing.gate, standing.reasons.put_nowait, standing.look, lambda: standing.now)
    )
    try:
        async with asyncio.timeout(30):
            yield standing
    finally:
        following.cancel()


async def test_streams_of_a_token_end_when_its_time_has_run_out_and_not_before(tmp_path: Path):
    async with followed(tmp_path, LIFETIME) as standing:
        grant = Grant(standing.token)
        standing.now = NOW + LIFETIME - timedelta(seconds=1)
        await standing.looks_again(3)
        assert standing.reasons.empty() and standing.gate.still_holds(grant, WHOLE)
        standing.now = NOW + LIFETIME
        assert await standing.reasons.get() == "token-no-longer-valid"
        assert not standing.gate.still_holds(grant, WHOLE)
        await standing.looks_again(3)
        assert standing.reasons.empty()


async def test_streams_of_a_session_end_when_its_time_has_run_out_though_its_token_holds(tmp_path: Path):
    async with followed(tmp_path, None) as standing:
        id, expires = standing.sessions.open(standing.token, NOW)
        assert expires == NOW + timedelta(days=SESSION_DAYS)
        grant = Grant(standing.token, digest(id))
        standing.now = expires - timedelta(seconds=1)
        await standing.looks_again(3)
        assert standing.reasons.empty() and standing.gate.still_holds(grant, WHOLE)
        standing.now = expires
        assert await standing.reasons.get() == "token-no-longer-valid"
        assert not standing.gate.still_holds(grant, WHOLE)
        assert standing.gate.still_holds(Grant(standing.token), WHOLE)
