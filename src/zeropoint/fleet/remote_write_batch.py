"""From encoded samples to the bodies of requests. Used on one thread."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from zeropoint.catalogue import Labels, Spec, values
from zeropoint.feed.points import numbers_of, series_of
from zeropoint.fleet.remote_write_request import STALE, around_value, encode_labels, pack_double, requests
from zeropoint.fleet.remote_write_source import Row
from zeropoint.history.decode import SampleDecoder
from zeropoint.model import Component, Sample

# Of a batch; a sample that has more has a batch of its own.
MOST_POINTS = 20_000
# Workloads and processes come and go, and their series with them.
MOST_KEPT_SERIES = 20_000
# A sample tells of a moment for as long as /health calls it fresh; then its series have ended.
FRESH_MS = 5000
FRESH_INTERVALS = 3


class Moment(Struct, frozen=True):
    """What a sample left open: its series by their encoded labels, and when they are to have ended by themselves."""

    time_ms: int
    interval_ms: int
    live: frozenset[bytes]

    @property
    def fresh_until_ms(self) -> int:
        return self.time_ms + max(FRESH_MS, FRESH_INTERVALS * self.interval_ms)


class Batch(Struct, frozen=True):
    """Samples that go together: `count` of them up to `id`, of which `unreadable` are none. `lost` stood in holes
    between, None where nobody knows how many; `cpu_seconds` is what it took to encode them."""

    bodies: list[bytes]
    id: str
    count: int
    unreadable: int
    lost: int | None
    moment: Moment | None
    cpu_seconds: float


class Encoder:
    """`reports` are those of the AI components by name. `labels` are added to each series, and the name of the sample's
    host as `host` and `instance` where they are not among them, and so `host_id`, of a machine of a fleet. A label with
    an empty text is left out."""

    def __init__(self, reports: Mapping[str, type[Component]], labels: Mapping[str, str]) -> None:
        self._decoder = SampleDecoder(reports)
        self.host_id: str | None = None
        self._labels = labels
        self._host: str | None = None
        # By the identity of the spec: the catalogue keeps each one, and to hash it took longer than all else here.
        self._encoded: dict[tuple[int, Labels], tuple[bytes, ...]] = {}

    def batch(self, rows: Sequence[Row], before: Moment | None) -> Batch:
        """As many of the rows, of which there is one at least, as fit into a batch; `before` is the moment of the last
        one before them."""
        began = time.thread_time()
        series: dict[bytes, list[bytes]] = {}
        points, count, unreadable, lost, moment = 0, 0, 0, 0, before
        unknown = False
        for row in rows:
            if points >= MOST_POINTS:
                break
            count += 1
            lost, unknown = lost + (row.lost or 0), unknown or row.lost is None
            try:
                sample = self._decoder.decode(row.payload)
                moment, added = self._add(series, sample, moment)
            except (msgspec.MsgspecError, ValueError, TypeError, OverflowError):
                unreadable += 1  # of another version, or of a component that put something else in
            else:
                points += added
        return Batch(
            bodies=list(requests(series)),
            id=rows[count - 1].id,
            count=count,
            unreadable=unreadable,
            lost=None if unknown else lost,
            moment=moment,
            cpu_seconds=time.thread_time() - began,
        )

    def moment_of(self, payload: bytes) -> Moment | None:
        """What a sample that was sent earlier left open; None where it cannot be read any more."""
        try:
            return self._add({}, self._decoder.decode(payload), None)[0]
        except (msgspec.MsgspecError, ValueError, TypeError, OverflowError):
            return None

    def _add(self, series: dict[bytes, list[bytes]], sample: Sample, before: Moment | None) -> tuple[Moment, int]:
        """Adds a sample's points to `series`, and the ends of those that it has no more; answers with their number."""
        time_ms = round(datetime.fromisoformat(sample.timestamp).timestamp() * 1000)
        interval_ms = round(sample.interval_seconds * 1000)
        head, tail = around_value(time_ms)
        # Of two rows with one key the first stands, as in Prometheus' own scrapes.
        found: dict[bytes, float] = {}
        for labels, number in self._points(sample):
            found.setdefault(labels, number)
        packed = {labels: head + pack_double(number) + tail for labels, number in found.items()}
        ended = 0
        if before is not None:
            ended = _end(series, before, time_ms, found)
        for labels, point in packed.items():
            series.setdefault(labels, []).append(point)
        return Moment(time_ms, interval_ms, frozenset(found)), len(packed) + ended

    def _points(self, sample: Sample) -> Iterator[tuple[bytes, float]]:
        host = None if sample.system.host is None else sample.system.host.name
        if host != self._host or len(self._encoded) > MOST_KEPT_SERIES:
            self._host = host
            self._encoded.clear()
        for value in values(sample):
            key = (id(value.spec), value.labels)
            encoded = self._encoded.get(key)
            if encoded is None:
                encoded = self._encoded[key] = self._encode(value.spec, value.labels)
            yield from zip(encoded, numbers_of(value), strict=True)

    def _encode(self, spec: Spec, labels: Labels) -> tuple[bytes, ...]:
        here = {} if self._host is None else {"host": self._host, "instance": self._host}
        whose = {} if self.host_id is None else {"host_id": self.host_id}
        added = {**here, **whose, **self._labels}
        return tuple(
            encode_labels({**added, **series.labels, "__name__": series.name}) for series in series_of(spec, labels)
        )


def _end(series: dict[bytes, list[bytes]], before: Moment, time_ms: int, found: Mapping[bytes, float]) -> int:
    """Ends the series of the moment before that are not there any more: all of them right after it, where it was too
    long ago. Otherwise queries would see their last values for five more minutes."""
    if time_ms <= before.time_ms:  # the clock was set back: an end may not stand before what it ends
        return 0
    silent = time_ms > before.fresh_until_ms
    at_ms = before.time_ms + before.interval_ms if silent else time_ms
    gone = before.live if silent else before.live - found.keys()
    head, tail = around_value(at_ms)
    for labels in gone:
        series.setdefault(labels, []).append(head + STALE + tail)
    return len(gone)
