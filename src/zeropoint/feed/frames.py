"""Frames of the event stream, encoded once a view, with the framing of HTTP's chunks already around them.

The format is that of the WHATWG HTML standard, section "Server-sent events".
"""

import msgspec
from msgspec import Struct

from zeropoint.feed.view import View
from zeropoint.model import Gap

# Views of the newest frame that are kept: as many as there may be streams of.
MOST_NARROWED = 64


class Wire(Struct, frozen=True):
    """What a subscriber's bytes depend on: its view, and whether HTTP frames them in chunks (HTTP/1.1) or not."""

    view: View
    chunked: bool

    def framed(self, content: bytes) -> bytes:
        return chunk(content) if self.chunked else content


class Frame:
    """One sample on its way out. `gap` is what the sampler missed right before it."""

    __slots__ = ("_events", "_narrowed", "gap", "id", "payload", "sequence")

    def __init__(self, sequence: int, id: str, payload: bytes, gap: Gap | None) -> None:
        self.sequence = sequence
        self.id = id
        self.payload = payload
        self.gap = gap
        self._events: dict[Wire, bytes] | None = {}
        self._narrowed: dict[View, bytes] = {}

    def event(self, wire: Wire) -> bytes:
        """The bytes for a subscriber of this kind; of the newest frame they are made once for all."""
        if self._events is None:
            return wire.framed(self._encode(wire.view))
        if wire not in self._events:
            self._events[wire] = wire.framed(self._encode(wire.view))
        return self._events[wire]

    def narrowed(self, view: View) -> bytes:
        """The JSON for readers of a view; of the newest frame it is made once for all: a thousand may wait for it."""
        if not view.sections:
            return self.payload
        found = self._narrowed.get(view)
        if found is None:
            found = view.narrow(self.payload)
            if self._events is not None and len(self._narrowed) < MOST_NARROWED:
                self._narrowed[view] = found
        return found

    def retire(self) -> None:
        """Keeps the payload alone: a frame that is no longer the newest is asked for rarely."""
        self._events = None
        self._narrowed.clear()

    def _encode(self, view: View) -> bytes:
        sample = b"id: %b\ndata: %b\n\n" % (self.id.encode(), self.narrowed(view))
        return sample if self.gap is None else event("gap", self.gap) + sample


def event(name: str, data: Struct | dict[str, str]) -> bytes:
    """A named event. JSON has no line ends outside of strings, and escapes them inside: one data line is enough."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(data))


def retry(milliseconds: int) -> bytes:
    """Sets the client's next wait. It belongs to no event, so the blank line ends it without dispatching one."""
    return b"retry: %d\n\n" % milliseconds


def chunk(content: bytes) -> bytes:
    """One chunk of HTTP/1.1's chunked transfer coding, RFC 9112, 7.1."""
    return b"%x\r\n%b\r\n" % (len(content), content)
