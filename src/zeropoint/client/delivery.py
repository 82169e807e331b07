"""What came over either transport, handed on once and in order."""

import math
from collections.abc import Callable

from zeropoint.client.events import Bye, Event, Gap, Hello, Sample
from zeropoint.client.parser import Block
from zeropoint.client.position import Position
from zeropoint.client.timing import Clock
from zeropoint.client.wire import decode_sample, decode_told

Tell = Callable[[Event, int], None]
"""Takes an event and the size of its JSON in bytes."""


class Delivery:
    """One position serves both transports: neither a reconnect nor a change between them loses or doubles a sample."""

    def __init__(self, tell: Tell, clock: Clock, resumable_seconds: float) -> None:
        self._tell = tell
        self._clock = clock
        self._resumable_seconds = resumable_seconds
        self._position = Position()
        # When the position last moved, by both clocks: one may jump, the other may stand while the machine sleeps.
        self._moved_at = (0.0, 0.0)
        self.interval_seconds: float | None = None
        """The server's sampling interval, as it last told; None before it did."""

    def resume_point(self) -> str | None:
        """The id to resume after; None for "start with the newest", also where the reader was away for too long."""
        epoch, monotonic = self._moved_at
        away = max(self._clock.epoch_seconds() - epoch, self._clock.monotonic_seconds() - monotonic)
        if away > self._resumable_seconds:
            self._position.abandon()
        return self._position.resume_id

    def take_block(self, block: Block) -> None:
        """Raises ProtocolError for an event that cannot be read; its id is not taken over, so that it comes again."""
        if block.data is not None:
            self._take_event(block.name, block.data, block.id)
        if block.id is not None:
            self._move(block.id)

    def take_sample(self, sample: Sample, size_bytes: int) -> bool:
        """A sample of a poll; False when it is no news."""
        is_news = self._tell_sample(sample, sample.id, size_bytes)
        self._move(sample.id)
        return is_news

    def take_gap(self, gap: Gap) -> None:
        """It is told with the sample that comes behind it."""
        self._position.hold(gap)

    def forget_gaps(self) -> None:
        """Whatever gaps wait for their sample: another connection tells anew what is missing."""
        self._position.forget_gaps()

    def _move(self, id: str) -> None:
        self._position.commit(id)
        self._moved_at = (self._clock.epoch_seconds(), self._clock.monotonic_seconds())

    def _take_event(self, name: str, data: str, id: str | None) -> None:
        match name:
            case "message":
                sample = decode_sample(data)
                self._tell_sample(sample, id or sample.id, len(data))
            case "hello":
                hello = decode_told(data, Hello)
                self.forget_gaps()
                self._take_interval(hello.interval_seconds)
                self._tell(hello, 0)
            case "gap":
                self.take_gap(decode_told(data, Gap))
            case "bye":
                self._tell(decode_told(data, Bye), 0)
            # `heartbeat` has done its work by arriving; names that this version does not know are left to later ones.

    def _tell_sample(self, sample: Sample, id: str, size_bytes: int) -> bool:
        gaps = self._position.gaps_before(id)
        if not self._position.accept_sample(id):
            return False
        for gap in gaps:
            self._tell(gap, 0)
        self._take_interval(sample.get("interval_seconds"))
        self._tell(sample, size_bytes)
        return True

    def _take_interval(self, seconds: object) -> None:
        if isinstance(seconds, int | float) and 0 < seconds < math.inf:
            self.interval_seconds = seconds
