"""A bench for each test. Afterwards nothing may be left: no timer, no connection, no request, no task."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.client.bench import Bench
from tests.client.peer import Peer


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    peer = Peer()
    await peer.listen()
    try:
        async with AsyncExitStack() as clients:
            made = Bench(peer, clients)
            yield made
        await peer.until_nothing_is_open()
        requests = peer.requests_count
        await made.clock.advance(3600)
        assert (made.clock.waits, peer.requests_count) == ([], requests)
        assert asyncio.all_tasks() == {asyncio.current_task()}
    finally:
        await peer.stop()
