"""What was appended to one event file since the last look: its scalars."""

import os

from zeropoint.ai.tfevents import parse_event
from zeropoint.ai.tfrecords import Records
from zeropoint.ai.training_scalars import Scalars

# Some 1,000 scalars, which take 16 ms; of a file that has grown by more only the end is read.
TAIL_BYTES = 64 * 1024


class EventTail:
    """Follows an event file, and keeps the newest of its scalars. Another file, or one that was cut, begins anew."""

    def __init__(self, limit_bytes: int = TAIL_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self.scalars = Scalars()
        self._file: tuple[int, int] | None = None
        self._begin(0)

    def _begin(self, offset: int) -> None:
        self._offset = offset
        self._records = Records(aligned=offset == 0)

    def read(self, descriptor: int) -> None:
        """Reads what is new. Raises OSError."""
        status = os.fstat(descriptor)
        file = (status.st_dev, status.st_ino)
        if file != self._file or status.st_size < self._offset:
            self._file, self.scalars = file, Scalars()
            self._begin(0)
        if status.st_size - self._offset > self._limit_bytes:
            self._begin(status.st_size - self._limit_bytes)
        piece = os.pread(descriptor, self._limit_bytes, self._offset)
        self._offset += len(piece)
        for data in self._records.feed(piece):
            event = parse_event(data)
            if event is not None:
                self.scalars.add(event)
