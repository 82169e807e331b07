"""The way in through a proxy: over TLS, under the name and path at which visitors find the appliance."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.support.events import Event
from tests.support.process import TIMEOUT_SECONDS, Answer
from tests.support.stream import Stream


class Door(NamedTuple):
    """`mount` is the path below which the appliance lies, with slashes at both ends."""

    port: int
    name: str
    mount: str
    authority: Path

    @property
    def host(self) -> str:
        return f"{self.name}:{self.port}"

    def connect(self, protocol: str = "http/1.1", name: str | None = None) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.authority))
        context.check_hostname = name is None  # a name that it does not serve has no certificate either
        context.set_alpn_protocols([protocol])
        plain = socket.create_connection(("127.0.0.1", self.port), TIMEOUT_SECONDS)
        return context.wrap_socket(plain, server_hostname=name or self.name)

    def connection(self) -> http.client.HTTPConnection:
        """A connection that is kept for several requests."""
        connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT_SECONDS)
        connection.sock = self.connect()
        return connection

    def get(self, path: str, headers: Mapping[str, str] | None = None, name: str | None = None) -> Answer:
        """`path` is below the mount. `name` asks for another host."""
        given = {"Host": name or self.host, **(headers or {})}
        connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT_SECONDS)
        with self.connect(name=name) as connection.sock:
            connection.request("GET", self.mount + path, headers=given)
            answer = connection.getresponse()
            fields = {field.lower(): value for field, value in answer.getheaders()}
            return Answer(answer.status, fields, answer.read())


class ProxiedStream(Stream):
    """The event stream as it comes through a door."""

    def __init__(self, door: Door, query: str = "", **headers: str) -> None:
        self.socket = door.connect()
        lines = [f"GET {door.mount}metrics/sse{query} HTTP/1.1", f"Host: {door.host}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.received = b""
        self.chunked = True

    def to_the_end(self) -> list[Event]:
        """Reads until the last chunk: a proxy keeps the connection for the next request."""
        while not self.received.endswith(b"\r\n0\r\n\r\n"):
            self._read()
        return self.events
