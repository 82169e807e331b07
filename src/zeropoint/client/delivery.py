"""What came over either transport, handed on once and in order."""

import math
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from zeropoint.client.delay import DelayMeter
from zeropoint.client.events import Bye, Event, Gap, Hello, Sample
from zeropoint.client.parser import Block
from zeropoint.client.position import Position
from zeropoint.client.timing import Clock
from zeropoint.client.wire import decode_sample, decode_told

Tell = Callable[[Event, int], None]
"""Takes an event and the size of its JSON in bytes."""


class Heartbeat(Struct, frozen=True):
    server_time: str | None = None


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
        self._delays = DelayMeter()
        self.delay_seconds: float | None = None
        """By how much what comes is later than the quickest of the last minutes; None before the first sample."""
        # When the server last said what time it is. A stream begins with that, and what is older than its beginning
        # comes late for no fault of the way.
        self._said_now_at = -math.inf

    def resume_point(self) -> str | None:
        """The id to resume after; None for "start with the newest", also where the reader was away for too long."""
        epoch, monotonic = self._moved_at
        away = max(self._clock.epoch_seconds() - epoch, self._clock.monotonic_seconds() - monotonic)
        if away > self._resumable_seconds:
            self._position.abandon()
        return self._position.resume_id

    def take_block(self, block: Block, *, is_good: bool) -> float | None:
        """When the event was sent, by the server's clock; None where that tells nothing of the way that it took.
        `is_good`: the stream is the one that is lived on; one that is merely tried says nothing of the delay.

        Raises ProtocolError for an event that cannot be read; its id is not taken over, so that it comes again.
        """
        sent = None if block.data is None else self._take_event(block.name, block.data, block.id, is_good)
        if block.id is not None:
            self._move(block.id)
        return sent

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

    def _take_event(self, name: str, data: str, id: str | None, is_good: bool) -> float | None:
        match name:
            case "message":
                sample = decode_sample(data)
                sent = self._sent_at(sample.get("timestamp"))
                if self._tell_sample(sample, id or sample.id, len(data)):
                    self._measure(sent)
                return sent
            case "hello":
                hello = decode_told(data, Hello)
                self.forget_gaps()
                self._take_interval(hello.interval_seconds)
                self._tell(hello, 0)
                return self._take_server_time(hello.server_time, is_good)
            case "heartbeat":
                return self._take_server_time(decode_told(data, Heartbeat).server_time, is_good)
            case "gap":
                self.take_gap(decode_told(data, Gap))
            case "bye":
                self._tell(decode_told(data, Bye), 0)
            # Names that this version does not know are left to later ones.
        return None

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

    def _take_server_time(self, server_time: str | None, is_good: bool) -> float | None:
        self._said_now_at = _moment(server_time) or -math.inf
        sent = self._sent_at(server_time)
        if is_good:
            self._measure(sent)
        return sent

    def _sent_at(self, time: object) -> float | None:
        sent = _moment(time)
        return None if sent is None or sent < self._said_now_at else sent

    def _measure(self, sent: float | None) -> None:
        if sent is not None:
            self.delay_seconds = self._delays.note(sent, self._clock.monotonic_seconds())


def _moment(time: object) -> float | None:
    """RFC 3339 as seconds since 1970; None for anything else."""
    try:
        return datetime.fromisoformat(time).timestamp() if isinstance(time, str) else None
    except (ValueError, OverflowError):
        return None
