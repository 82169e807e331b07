"""A peer, a clock that is moved by hand, and clients of the one on the other."""

from contextlib import AsyncExitStack
from typing import Any

from tests.client.manual_clock import ManualClock
from tests.client.peer import Peer
from tests.client.reader import Reader
from zeropoint.client import MetricsClient


class Bench:
    def __init__(self, peer: Peer, clients: AsyncExitStack) -> None:
        self.peer = peer
        self.clock = ManualClock()
        self._clients = clients

    def client(self, **options: Any) -> MetricsClient:
        """A client of the peer on the clock, whose draws are all 0.5."""
        given = {"clock": self.clock, "random": lambda: 0.5, **options}
        return MetricsClient(self.peer.url, **given)

    async def connect(self, **options: Any) -> Reader:
        """Such a client with its reader. It has begun to connect, and is closed after the test."""
        reader = Reader(await self._clients.enter_async_context(self.client(**options)))
        reader.start()
        return reader
