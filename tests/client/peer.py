"""A server that speaks raw HTTP on loopback and answers each request as the test says, when the test says."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.client.waiting import until

BASE = "/base/"
REASONS = {200: "OK", 204: "No Content"}


class Peer:
    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._port = 0
        self._arrived: list[Exchange] = []
        self._connections: set[Connection] = set()
        self._changed = asyncio.Event()
        self.requests_count = 0

    async def listen(self) -> None:
        """Listens (again), on the port of the first time."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stops listening and cuts every connection, as kill -9 does."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.transport.abort()
        await self.until_nothing_is_open()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}{BASE}"

    async def next(self, path: str) -> "Exchange":
        """The next request for this path below the base that no one has taken; waits for one."""
        await until(
            lambda: any(one.path == path for one in self._arrived), self._changed, lambda: f"came: {self.untaken}"
        )
        found = next(one for one in self._arrived if one.path == path)
        self._arrived.remove(found)
        return found

    @property
    def untaken(self) -> list[str]:
        return [exchange.target for exchange in self._arrived]

    async def until_nothing_is_open(self) -> None:
        await until(
            lambda: not self._connections, self._changed, lambda: f"{len(self._connections)} connections are open"
        )

    async def until_something_is_open(self) -> None:
        await until(lambda: bool(self._connections), self._changed, lambda: "nobody connected")

    def opened(self, connection: "Connection") -> None:
        self._connections.add(connection)
        self._changed.set()

    def closed(self, connection: "Connection") -> None:
        self._connections.discard(connection)
        self._changed.set()

    def take(self, exchange: "Exchange") -> None:
        self.requests_count += 1
        self._arrived.append(exchange)
        self._changed.set()


class Connection(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._received = b""
        self.lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._peer.opened(self)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            self._peer.take(Exchange(self, head.decode("latin-1")))

    def connection_lost(self, error: Exception | None) -> None:
        self.lost.set()
        self._peer.closed(self)


class Exchange:
    """One request, and what is answered to it."""

    def __init__(self, connection: Connection, head: str) -> None:
        request, *lines = head.split("\r\n")
        self._connection = connection
        self.target = request.split()[1]
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def path(self) -> str:
        return urlsplit(self.target).path.removeprefix(BASE)

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    async def until_closed(self) -> None:
        lost = self._connection.lost
        await until(lost.is_set, lost, lambda: "the connection is open")

    def write(self, content: bytes | str) -> "Exchange":
        self._connection.transport.write(content if isinstance(content, bytes) else content.encode())
        return self

    def open_stream(self, content_type: str = "text/event-stream") -> "Exchange":
        return self.write(f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nConnection: close\r\n\r\n")

    def greet(self, retry_ms: int = 1234, interval: float = 1, newest: str = "e-1") -> "Exchange":
        """Opens a stream the way the appliance does."""
        hello = {
            "contract": 1,
            "epoch": newest.split("-", maxsplit=1)[0],
            "interval_seconds": interval,
            "newest_id": newest,
            "server_time": "2026-11-24T00:00:00.000Z",
        }
        return self.open_stream().write(f"retry: {retry_ms}\n\n").event("hello", hello)

    def event(self, name: str, data: object) -> "Exchange":
        return self.write(f"event: {name}\ndata: {json.dumps(data)}\n\n")

    def samples(self, *ids: str) -> "Exchange":
        for id in ids:
            self.write(f"id: {id}\ndata: {json.dumps(sample(id))}\n\n")
        return self

    def status(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answers for good; the connection stays open for the next request."""
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Other')}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if status != 204:
            lines.append(f"Content-Length: {len(body)}")
        self.write("\r\n".join([*lines, "", ""]).encode() + body)

    def json(self, value: object) -> None:
        self.status(200, json.dumps(value).encode(), Content_Type="application/json; charset=utf-8")

    def batch(self, ids: Iterable[str], gap: object = None) -> None:
        """Answers `/metrics/json?since=`."""
        self.json({"samples": [sample(id) for id in ids], "gap": gap})

    def end(self) -> None:
        self._connection.transport.close()

    def drop(self) -> None:
        """Cuts the connection; what was not sent yet is lost."""
        self._connection.transport.abort()


def sample(id: str, **more: Any) -> dict[str, Any]:
    """A Sample as far as the client looks into it."""
    return {"id": id, "timestamp": "2026-11-24T00:00:00.000Z", "interval_seconds": 1, "unavailable": [], **more}


def ids(epoch: str, first: int, last: int) -> list[str]:
    """ids("e", 3, 5) -> e-3, e-4, e-5"""
    return [f"{epoch}-{number}" for number in range(first, last + 1)]
