"""What waits for the reader of a client: bounded, with a told loss."""

import asyncio
from collections import deque

from msgspec import Struct

from zeropoint.client.events import Event, Gap, Sample

MOST_EVENTS = 600
MOST_BYTES = 16 * 1024 * 1024


class Statistics(Struct, frozen=True):
    waiting: int
    """Events that the reader has not taken yet."""
    waiting_bytes: int
    """The size of their JSON; as Python objects they are several times that."""
    samples_total: int
    dropped_total: int
    """Samples that the reader left waiting for too long; each is counted in the `lost` of a gap."""


class _Hole(Struct):
    """What was dropped at the queue's head since the reader last took something."""

    since: str | None
    lost: int | None
    newest_id: str | None


class Inbox:
    """A queue with one reader. When it is full the oldest events go, and a Gap tells the reader how many samples went.

    States and greetings that go with them are not told: the client's attributes have the newest of each.
    """

    def __init__(self, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES) -> None:
        self._most_events = most_events
        self._most_bytes = most_bytes
        self._waiting: deque[tuple[Event, int]] = deque()
        self._bytes = 0
        self._hole: _Hole | None = None
        self._known_id: str | None = None  # the last that the reader took, or was told to be lost
        self._samples = 0
        self._dropped = 0
        self._news = asyncio.Event()
        self._error: Exception | None = None
        self.is_closed = False

    @property
    def has_failed(self) -> bool:
        """An error stands behind what waits."""
        return self._error is not None

    def put(self, event: Event, size_bytes: int) -> None:
        if self.is_closed:
            return
        self._samples += isinstance(event, Sample)
        self._waiting.append((event, size_bytes))
        self._bytes += size_bytes
        while len(self._waiting) > self._most_events or (self._bytes > self._most_bytes and len(self._waiting) > 1):
            self._drop_oldest()
        self._news.set()

    def fail(self, error: Exception) -> None:
        """Nothing more comes until the reader has seen this error."""
        self._error = error
        self._news.set()

    def close(self) -> None:
        """Ends the reader's wait, and lets go of all that waited."""
        self.is_closed = True
        self._waiting.clear()
        self._bytes = 0
        self._hole = None
        self._news.set()

    async def get(self) -> Event | None:
        """The next event; None once closed. Raises the error that it failed with, after all that came before it."""
        while True:
            if self.is_closed:
                return None
            if self._hole is not None:
                return self._tell_hole(self._hole)
            if self._waiting:
                return self._take()
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            self._news.clear()
            await self._news.wait()

    def statistics(self) -> Statistics:
        return Statistics(len(self._waiting), self._bytes, self._samples, self._dropped)

    def _take(self) -> Event:
        event, size_bytes = self._waiting.popleft()
        self._bytes -= size_bytes
        if isinstance(event, Sample):
            self._known_id = event.id
        return event

    def _drop_oldest(self) -> None:
        event, size_bytes = self._waiting.popleft()
        self._bytes -= size_bytes
        if not isinstance(event, Sample | Gap):
            return
        lost = event.lost if isinstance(event, Gap) else 1
        self._dropped += isinstance(event, Sample)
        if self._hole is None:
            self._hole = _Hole(self._known_id, 0, self._known_id)
        if isinstance(event, Sample):
            self._hole.newest_id = event.id
        # A gap that goes is part of the hole; if its size cannot be known, neither can the hole's.
        self._hole.lost = None if lost is None or self._hole.lost is None else self._hole.lost + lost

    def _tell_hole(self, hole: _Hole) -> Gap:
        self._hole, self._known_id = None, hole.newest_id
        until = next((event.id for event, _ in self._waiting if isinstance(event, Sample)), None)
        return Gap(reason="slow-consumer", since=hole.since, until=until, lost=hole.lost)
