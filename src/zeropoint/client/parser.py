"""Bytes of a text/event-stream to what they say, as in the WHATWG HTML standard, "Interpreting an event stream"."""

from collections.abc import Iterator
from typing import NamedTuple

from zeropoint.client.outcome import ProtocolError

LONGEST_EVENT_BYTES = 16 * 1024 * 1024
"""A sample of a machine with hundreds of cores stays far below; a line without an end must stop somewhere."""
LONGEST_RETRY_MS = 2**31 - 1
"""The longest that a browser's timer takes."""
BOM = b"\xef\xbb\xbf"


class Block(NamedTuple):
    """What stood before a blank line: an event where there is data, else an id alone, which counts all the same."""

    name: str
    data: str | None
    id: str | None
    """The id that came with it: "" clears the position, None leaves it."""


class Retry(NamedTuple):
    """How long to wait before connecting again."""

    milliseconds: int


class EventParser:
    """A parser without I/O. Lines are decoded one by one, since no line end can stand within a character of UTF-8."""

    def __init__(self, longest_event_bytes: int = LONGEST_EVENT_BYTES) -> None:
        self._longest = longest_event_bytes
        self._tail = bytearray()
        self._after_cr = False
        self._at_start = True
        self._name = ""
        self._data: list[str] = []
        self._data_bytes = 0
        self._id: str | None = None

    def feed(self, chunk: bytes) -> Iterator[Block | Retry]:
        """What is complete with this chunk. Raises ProtocolError when an event is longer than it may be."""
        for line in self._lines(chunk):
            item = self._take(line)
            if item is not None:
                yield item

    def _lines(self, chunk: bytes) -> Iterator[bytes]:
        if not chunk:
            return
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")  # the second half of a CRLF whose first has ended its line already
        self._after_cr = chunk.endswith(b"\r")
        # Of bytes, unlike of a str, this splits at CR, LF and CRLF alone.
        for piece in chunk.splitlines(keepends=True):
            line = piece.rstrip(b"\r\n")
            self._check(len(self._tail) + len(line))
            if len(line) == len(piece):  # its end is still to come
                self._tail += line
                return
            if self._tail:
                line = bytes(self._tail) + line
                self._tail.clear()
            if self._at_start:
                self._at_start = False
                line = line.removeprefix(BOM)
            yield line

    def _take(self, line: bytes) -> Block | Retry | None:
        if not line:
            return self._dispatch()
        name, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        match name:
            case "data":
                self._data_bytes += len(line)
                self._check(0)
                self._data.append(value)
            case "event":
                self._name = value
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if value.isascii() and value.isdigit():
                # By way of float, as int() refuses thousands of digits.
                return Retry(int(min(float(value), LONGEST_RETRY_MS)))
        return None

    def _dispatch(self) -> Block | None:
        name, data, id = self._name or "message", self._data, self._id
        self._name, self._data, self._data_bytes, self._id = "", [], 0, None
        if not data and id is None:
            return None
        return Block(name, "\n".join(data) if data else None, id)

    def _check(self, line_bytes: int) -> None:
        if self._data_bytes + line_bytes > self._longest:
            raise ProtocolError(f"an event is longer than {self._longest} bytes")
