"""The last events of alerts with what became of their notices. Several threads write, anybody may read."""

import threading
from collections.abc import Iterable, Sequence

from msgspec import structs

from zeropoint.model import AlertEvent, Notice

MOST_EVENTS = 200


class EventLog:
    """Bounded: the oldest goes. `changes` rises with each change."""

    def __init__(self, events: Iterable[AlertEvent] = ()) -> None:
        self._lock = threading.Lock()
        self._events = {event.id: event for event in events}
        self.changes = 0

    def add(self, event: AlertEvent) -> None:
        with self._lock:
            self._events[event.id] = event
            while len(self._events) > MOST_EVENTS:
                del self._events[next(iter(self._events))]
            self.changes += 1

    def set_notices(self, id: int, notices: Sequence[Notice]) -> None:
        """Of an event, which may be gone by now."""
        with self._lock:
            self._replace(id, list(notices))

    def tell(self, id: int, notice: Notice) -> None:
        """What became of one notice of an event: it takes the place of what was known of that target."""
        with self._lock:
            if id in self._events:
                kept = self._events[id].notices
                target = (notice.channel, notice.target)
                self._replace(id, [notice if (one.channel, one.target) == target else one for one in kept])

    def events(self) -> list[AlertEvent]:
        """The oldest first."""
        with self._lock:
            return list(self._events.values())

    def _replace(self, id: int, notices: list[Notice]) -> None:
        if id in self._events:
            self._events[id] = structs.replace(self._events[id], notices=notices)
            self.changes += 1
