"""Samples that wait to be looked at: the event loop puts them in and never waits."""

import threading
from collections import deque

from zeropoint.model import Sample

CAPACITY = 60


class Inbox:
    """The oldest goes when it is full, and is counted."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._samples: deque[Sample] = deque()
        self._closed = False
        self.missed_total = 0

    def put(self, sample: Sample) -> None:
        with self._changed:
            if len(self._samples) >= CAPACITY:
                self._samples.popleft()
                self.missed_total += 1
            self._samples.append(sample)
            self._changed.notify()

    def take(self) -> Sample | None:
        """Waits for the next one; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._samples or self._closed)
            return None if self._closed else self._samples.popleft()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
