"""A real proxy for tests: stands before an appliance, tells what was asked for, and can keep answers back."""

import asyncio
import re
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from tests.support.process import TIMEOUT_SECONDS, Appliance

# hold: as a proxy that buffers, takes all of the answer and hands on nothing. refuse: answers 502 in its place, and
# cuts what is under way.
Block = Literal["hold", "refuse"]
REFUSAL = b"HTTP/1.1 %d %s\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """Serves on a thread of its own, one request a connection. Tests set `blocks` while it runs.

    Mounted below a path it is a reverse proxy. Below a URL it is one that a browser is told to use for all requests.
    """

    def __init__(self, appliance: Appliance, mount: str) -> None:
        self.mount = mount
        self.port = 0
        # By the beginning of the path behind the mount, as in {"metrics/sse": "hold"}.
        self.blocks: Mapping[str, Block] = {}
        self.requested: list[str] = []
        # What was asked for that does not lie below the mount.
        self.elsewhere: list[str] = []
        self._upstream = (appliance.host, appliance.port)
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._connections: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        """Where the appliance's root lies behind the proxy, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}{self.mount.removesuffix('/')}"

    def run(self) -> None:
        asyncio.run(self._serve())

    def wait_until_started(self) -> None:
        assert self._started.wait(TIMEOUT_SECONDS)

    def stop(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._stop.set)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        if self._connections:
            await asyncio.wait(self._connections)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        await _first_of(self._exchange(reader, writer), self._stop.wait())
        writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if length := re.search(rb"(?im)^content-length: *([0-9]+)", head):
                head += await reader.readexactly(int(length[1]))
            # Whichever ends first: the answer, or the browser's interest in it.
            await _first_of(self._answer(head, writer), reader.read())
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # a browser opens connections ahead of need, and drops what it gives up

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        line, _, rest = head.partition(b"\r\n")
        method, target, version = line.decode("latin-1").split(" ")
        self.requested.append(target)
        if not target.startswith(self.mount):
            self.elsewhere.append(target)
            writer.write(REFUSAL % (404, b"Not Found"))
            return
        path = target.removeprefix(self.mount)
        if self._block(path) == "refuse":
            writer.write(REFUSAL % (502, b"Bad Gateway"))
            return
        try:
            from_server, to_server = await asyncio.open_connection(*self._upstream)
        except OSError:
            writer.write(REFUSAL % (502, b"Bad Gateway"))
            return
        try:
            lasting = re.sub(rb"(?im)^connection:.*\r\n", b"", rest)
            to_server.write(f"{method} /{path} {version}\r\nConnection: close\r\n".encode("latin-1") + lasting)
            await self._hand_on(path, from_server, writer)
        finally:
            to_server.close()

    async def _hand_on(self, path: str, source: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held = False
        while part := await source.read(65536):
            block = self._block(path)
            if block == "refuse":
                writer.transport.abort()
                return
            # What once lacks a part stays held: the rest alone would be another answer than the server's.
            held = held or block == "hold"
            if not held:
                writer.write(part)
                await writer.drain()

    def _block(self, path: str) -> Block | None:
        return next((block for start, block in self.blocks.items() if path.startswith(start)), None)


async def _first_of(*works: Coroutine[Any, Any, Any]) -> None:
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


@contextmanager
def proxying(appliance: Appliance, mount: str = "/") -> Iterator[Proxy]:
    proxy = Proxy(appliance, mount)
    thread = threading.Thread(target=proxy.run, name="proxy")
    thread.start()
    proxy.wait_until_started()
    try:
        yield proxy
    finally:
        proxy.stop()
        thread.join(TIMEOUT_SECONDS)
