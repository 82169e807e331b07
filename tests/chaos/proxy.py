"""A way to the appliance on which connections suffer: asyncio, plain TCP, faults that are drawn from a seed."""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from tests.chaos.faults import Cutter, Fault

LATE_SECONDS = 0.05
SLOW_BYTES, SLOW_SECONDS = 512, 0.05
READ_BYTES = 65536
RESET_AT_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER without a wait: close() throws away what is unsent, and sends RST, socket(7)."""


class ChaosProxy:
    """Takes connections in place of the appliance. `draw` gives the fault of the n-th one; None lets it live.

    Nothing is made up: bytes arrive late, in pieces, or not at all, but never twice and never changed.
    """

    def __init__(self, upstream_port: int, draw: Callable[[int], Fault | None]) -> None:
        self.port = 0
        self.connections_total = 0
        self.forced: Counter[Fault] = Counter()
        """The cuts that were made, without what they came after."""
        self.is_calm = False
        self.is_dark = False
        self._upstream = ("127.0.0.1", upstream_port)
        self._draw = draw
        self._forced_one = asyncio.Event()
        self._calmed = asyncio.Event()
        self._links: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._accepting = asyncio.create_task(self._accept())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        tasks = [self._accepting, *self._links]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listener.close()

    @property
    def forced_total(self) -> int:
        return self.forced.total()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def until_forced(self, count: int) -> None:
        """Returns after so many cuts."""
        while self.forced_total < count:
            self._forced_one.clear()
            await self._forced_one.wait()

    def calm(self) -> None:
        """From now on all bytes pass. What stalls is cut, for nothing would end it."""
        self.is_calm = True
        self._calmed.set()

    def darken(self) -> None:
        """From now on nobody gets through: what is open is cut, and what is opened."""
        self.is_dark = True
        for link in self._links:
            link.cancel()

    def lighten(self) -> None:
        self.is_dark = False

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            near, _ = await loop.sock_accept(self._listener)
            if self.is_dark:
                near.close()
                continue
            link = asyncio.create_task(self._serve(near, self.connections_total))
            self.connections_total += 1
            self._links.add(link)
            link.add_done_callback(self._links.discard)

    async def _serve(self, near: socket.socket, number: int) -> None:
        loop = asyncio.get_running_loop()
        fault = None if self.is_calm else self._draw(number)
        with near, socket.socket() as far:
            for end in (near, far):
                end.setblocking(False)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # An end that is gone while the other is served is what is looked for here.
            with suppress(OSError):
                await loop.sock_connect(far, self._upstream)
                await _first_of(_pass(near, far), self._suffer(far, near, fault))

    async def _suffer(self, far: socket.socket, near: socket.socket, fault: Fault | None) -> None:
        """From the appliance to the client, as the fault has it."""
        if fault is None:
            return await _pass(far, near)
        loop = asyncio.get_running_loop()
        cutter = Cutter(fault)
        if fault.manner == "slow":
            # The smallest that the kernel has, so that what waits does so in the appliance.
            far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        while part := await loop.sock_recv(far, SLOW_BYTES if self._is_slow(fault) else READ_BYTES):
            passing = len(part) if self.is_calm else cutter.allow(part)
            await self._send(near, part[:passing], fault)
            if cutter.is_due:  # also if it has become calm meanwhile: the rest of the part is gone
                return await self._cut(near, fault)
        return None

    async def _send(self, near: socket.socket, part: bytes, fault: Fault) -> None:
        loop = asyncio.get_running_loop()
        if fault.manner == "late" and not self.is_calm:
            await asyncio.sleep(LATE_SECONDS)
        if self._is_slow(fault):
            await asyncio.sleep(SLOW_SECONDS)
        if fault.manner != "bytes" or self.is_calm:
            return await loop.sock_sendall(near, part)
        for index in range(len(part)):
            await loop.sock_sendall(near, part[index : index + 1])
            await asyncio.sleep(0)  # the reader's turn, so that it finds this byte alone
        return None

    def _is_slow(self, fault: Fault) -> bool:
        return fault.manner == "slow" and not self.is_calm

    async def _cut(self, near: socket.socket, fault: Fault) -> None:
        self.forced[fault._replace(after_bytes=0)] += 1
        self._forced_one.set()
        if fault.end == "stall":
            await self._calmed.wait()
        if fault.end != "close":
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)


async def _pass(source: socket.socket, target: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while part := await loop.sock_recv(source, READ_BYTES):
        await loop.sock_sendall(target, part)


async def _first_of(client: Coroutine[Any, Any, None], server: Coroutine[Any, Any, None]) -> None:
    """Either way ends both."""
    tasks = [asyncio.ensure_future(client), asyncio.ensure_future(server)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
