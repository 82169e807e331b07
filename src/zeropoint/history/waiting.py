"""Samples that wait to be written. The event loop puts them in and never waits; the writer's thread takes them out."""

import threading
from collections import deque

from msgspec import Struct

from zeropoint.history.record import Record

CAPACITY_RECORDS = 600
CAPACITY_BYTES = 32 * 1024 * 1024


class Lost(Struct, frozen=True):
    """Samples that found no room: when the one before the first was due and the one after the last, and how many."""

    from_ms: int
    to_ms: int
    count: int


class Waiting:
    """Bounded in number and in bytes. The oldest goes when it is full: the hole then ends where writing goes on."""

    def __init__(self, capacity_records: int = CAPACITY_RECORDS, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._capacity_records = capacity_records
        self._capacity_bytes = capacity_bytes
        self._changed = threading.Condition()
        self._records: deque[Record] = deque()
        self._unseen: deque[Record] = deque()
        self._bytes = 0
        self._lost: Lost | None = None
        self._closed = False
        self._asked = False
        self.lost_total = 0

    def put(self, record: Record) -> None:
        with self._changed:
            self._records.append(record)
            self._unseen.append(record)
            self._bytes += len(record.payload)
            self._drop_what_does_not_fit()
            self._changed.notify()

    def wait(self, timeout_seconds: float | None) -> tuple[list[Record], bool]:
        """Waits for a sample, for `ask` or for the end, or for so long; answers with those that were not `seen` yet,
        and whether it is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._unseen or self._closed or self._asked, timeout_seconds)
            self._asked = False
            return list(self._unseen), self._closed

    def seen(self, record: Record) -> None:
        """Of one that `wait` gave: what is to be done with it beside writing it is done."""
        with self._changed:
            if self._unseen and self._unseen[0] is record:
                self._unseen.popleft()

    def unseen(self) -> list[Record]:
        """Any thread may ask."""
        with self._changed:
            return list(self._unseen)

    def take(self) -> Record | None:
        """The oldest; None where there is none."""
        with self._changed:
            if not self._records:
                return None
            record = self._records.popleft()
            self._bytes -= len(record.payload)
            return record

    def put_back(self, record: Record) -> None:
        """Of one that was taken and could not be written."""
        with self._changed:
            self._records.appendleft(record)
            self._bytes += len(record.payload)
            self._drop_what_does_not_fit()

    def take_lost(self) -> Lost | None:
        """What was dropped since the last call."""
        with self._changed:
            lost, self._lost = self._lost, None
            return lost

    def ask(self) -> None:
        """Ends a `wait`."""
        with self._changed:
            self._asked = True
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def statistics(self) -> dict[str, int]:
        return {"records": len(self._records), "bytes": self._bytes, "lost_total": self.lost_total}

    def oldest(self) -> Record | None:
        """The one that waits longest."""
        with self._changed:
            return self._records[0] if self._records else None

    def _drop_what_does_not_fit(self) -> None:
        while len(self._records) > self._capacity_records or (
            self._bytes > self._capacity_bytes and len(self._records) > 1
        ):
            dropped = self._records.popleft()
            self._bytes -= len(dropped.payload)
            if self._unseen and self._unseen[0] is dropped:
                self._unseen.popleft()
            self.lost_total += 1
            first, count = (
                (self._lost.from_ms, self._lost.count) if self._lost else (dropped.time_ms - dropped.interval_ms, 0)
            )
            self._lost = Lost(first, dropped.time_ms + dropped.interval_ms, count + 1)
