"""A raw reader of the event stream over a real socket."""

from collections.abc import Callable

from tests.support.events import Event, dechunked, events
from tests.support.process import TIMEOUT_SECONDS, Answer, Appliance, parse_answer


class Stream:
    """One connection of /metrics/sse, read as far as a test asks."""

    def __init__(
        self, appliance: Appliance, query: str = "", version: str = "1.1", slow: bool = False, **headers: str
    ) -> None:
        """`slow` gives it the smallest receive buffer that the kernel has."""
        self.socket = appliance.connect(2048 if slow else None)
        lines = [f"GET /metrics/sse{query} HTTP/{version}", f"Host: localhost:{appliance.port}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.received = b""
        self.chunked = version == "1.1"

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    @property
    def head(self) -> Answer:
        while b"\r\n\r\n" not in self.received:
            self._read()
        return parse_answer(self.received)

    @property
    def events(self) -> list[Event]:
        body = self.received.partition(b"\r\n\r\n")[2]
        return events(dechunked(body) if self.chunked else body)

    def until(self, wanted: Callable[[list[Event]], bool]) -> list[Event]:
        """Reads until the events so far are what is wanted."""
        while not wanted(self.events):
            self._read()
        return self.events

    def samples(self, count: int) -> list[Event]:
        """Reads until there are `count` samples."""
        return messages(self.until(lambda seen: len(messages(seen)) >= count))

    def to_the_end(self) -> list[Event]:
        """Reads until the server closes."""
        self.socket.settimeout(TIMEOUT_SECONDS)
        while part := self.socket.recv(65536):
            self.received += part
        return self.events

    def _read(self) -> None:
        part = self.socket.recv(65536)
        assert part, f"the server closed after {self.received[-300:]!r}"
        self.received += part


def messages(seen: list[Event]) -> list[Event]:
    return [one for one in seen if one.type == "message"]
