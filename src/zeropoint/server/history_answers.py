"""The forms of what the history answers, and their JSON."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np
import orjson
from msgspec import Meta, Struct
from numpy.typing import NDArray

from zeropoint.catalogue import Kind, values
from zeropoint.feed.public import NOT_TOLD
from zeropoint.feed.view import WHOLE, View
from zeropoint.history.gaps import Loss, LossReason
from zeropoint.history.moments import rfc3339
from zeropoint.history.query import Window
from zeropoint.history.readers import Readers
from zeropoint.model import Sample, Unavailable
from zeropoint.server.specs import Specs

Numbers = list[float | None]
LARGEST_EXACT = 2.0**53
DAY_MS = 86_400_000
# Where each digit stands in "2026-11-28T14:03:00.123Z" with its quote, of how many milliseconds it is one, and how many
# of these the next digit is.
DIGITS = (
    (12, 36_000_000, 10),
    (13, 3_600_000, 10),
    (15, 600_000, 6),
    (16, 60_000, 10),
    (18, 10_000, 6),
    (19, 1_000, 10),
    (21, 100, 10),
    (22, 10, 10),
    (23, 1, 10),
)


class SeriesValues(Struct, frozen=True):
    """Values of one series, null where there are none."""

    mean: Numbers
    min: Annotated[Numbers, Meta(description="The least; a state's values are indices into its states")]
    max: Annotated[Numbers, Meta(description="The most")]
    count: Annotated[
        list[int] | None, Meta(description="How many samples had a value; null unless `counts` asks for it")
    ]


class HistoryGap(Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """A time of which samples are missing."""

    since: Annotated[str, Meta(description="RFC 3339")]
    until: Annotated[str, Meta(description="RFC 3339")]
    lost: Annotated[int | None, Meta(description="How many samples; null where that cannot be known")]
    reason: Annotated[
        LossReason, Meta(description="Why they are missing; after clock-set none need be: there the times jump")
    ]


class HistoryAnswer(Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """Columns, one a series, that share their timestamps."""

    timestamps: Annotated[list[str], Meta(description="Of the samples, or of the pixels' beginnings; RFC 3339")]
    series: dict[str, SeriesValues]
    tier: Annotated[
        Literal["samples", "minutes", "hours"],
        Meta(description="What was read: each sample, or their minutes or hours"),
    ]
    interval_seconds: Annotated[
        float, Meta(description="Width of a pixel; the interval of sampling where each sample is a point")
    ]
    since: Annotated[str, Meta(description="Beginning of the window, RFC 3339")]
    until: Annotated[str, Meta(description="End of the window, RFC 3339")]
    gaps: Annotated[list[HistoryGap], Meta(description="Why samples of the window are missing, the oldest first")]
    unavailable: Annotated[list[Unavailable], Meta(description="What was asked for and is not there, and why")]


class MetricRow(Struct, frozen=True):
    """One series."""

    name: str
    unit: str
    kind: Kind
    help: Annotated[str, Meta(description="Empty where no probe of this version tells it")]
    otel_name: Annotated[str | None, Meta(description="Its name in the OpenTelemetry semantic conventions")]
    states: Annotated[list[str], Meta(description="The words of a state; stored are their indices")]


class MetricsAnswer(Struct, frozen=True):
    """Every series that the history or the newest sample has."""

    metrics: Annotated[list[MetricRow], Meta(description="By name")]
    unavailable: list[Unavailable]


class MomentAnswer(Struct, frozen=True):
    """The whole sample of a moment."""

    sample: Annotated[Sample | None, Meta(description="The newest at or before the moment")]
    unavailable: Annotated[list[Unavailable], Meta(description="Why there is none")]


def encode_history(
    patterns: Sequence[str], window: Window, readers: Readers, *, counted: bool = False, tells_faults: bool = True
) -> bytes:
    """The JSON of a HistoryAnswer; without `tells_faults`, not what is wrong with which file. Columns go to bytes
    whole; where each sample is a point its three are one."""
    answered = readers.queries.ask(patterns, window)
    stretch = answered.stretch
    # Joined once at the end: an answer may have a megabyte, and each copy of that costs as much as packing it.
    parts = [b'{"timestamps":', encode_timestamps(stretch.times_ms), b',"series":{']
    columns = zip(answered.names, stretch.mean, stretch.min, stretch.max, stretch.count, strict=True)
    for number, (name, mean, least, most, count) in enumerate(columns):
        means = encode_numbers(mean)
        low, high = (means, means) if stretch.min is stretch.mean else (encode_numbers(least), encode_numbers(most))
        counts = encode_numbers(count.astype(np.int64)) if counted else b"null"
        parts += (b"," if number else b"", msgspec.json.encode(name), b':{"mean":', means, b',"min":', low)
        parts += (b',"max":', high, b',"count":', counts, b"}")
    losses, shortfall = readers.missing(answered.holes, window.from_ms, window.to_ms)
    gaps = [gap_of(one) for one in losses]
    missing = [*answered.unavailable]
    if shortfall:
        missing.append(Unavailable(path="gaps", reason=shortfall if tells_faults else NOT_TOLD))
    rest = {
        "tier": answered.tier,
        "interval_seconds": stretch.interval_ms / 1000,
        "from": rfc3339(window.from_ms),
        "to": rfc3339(window.to_ms),
        "gaps": gaps,
        "unavailable": missing,
    }
    parts += (b"},", msgspec.json.encode(rest)[1:])
    return b"".join(parts)


def gap_of(loss: Loss) -> HistoryGap:
    return HistoryGap(rfc3339(loss.from_ms), rfc3339(loss.to_ms), loss.lost, loss.reason)


def encode_metrics(
    names: set[str], newest: Sample | None, specs: Specs, shortfall: str | None = None, view: View = WHOLE
) -> bytes:
    """The JSON of a MetricsAnswer of what is in the view; `shortfall` is why the history's names are not among them."""
    found = {name: specs.of(name) for name in names if view.holds(name)}
    if newest is not None:
        found.update((value.name, value.spec) for value in values(newest) if view.holds(value.name))
    rows = [
        MetricRow(name, spec.unit, spec.kind, spec.help, spec.otel, list(spec.states))
        for name, spec in sorted(found.items())
    ]
    missing = [Unavailable(path="metrics", reason=shortfall)] if shortfall else []
    return msgspec.json.encode(MetricsAnswer(rows, missing))


def encode_moment(payload: bytes | None, reason: str | None) -> bytes:
    """The JSON of a MomentAnswer: the sample exactly as it was sent."""
    missing = [Unavailable(path="sample", reason=reason)] if reason else []
    return b'{"sample":%b,"unavailable":%b}' % (payload or b"null", msgspec.json.encode(missing))


def encode_numbers(values: NDArray[np.float64]) -> bytes:
    """A JSON array; NaN becomes null. Whole numbers, which counters and sizes are, take a fifth of the time as such."""
    is_whole = (np.abs(values) < LARGEST_EXACT).all() and (values == np.floor(values)).all()
    return orjson.dumps(values.astype(np.int64) if is_whole else values, option=orjson.OPT_SERIALIZE_NUMPY)


def encode_timestamps(times_ms: NDArray[np.int64]) -> bytes:
    """A JSON array of RFC 3339; a third of the time that numpy's own texts take."""
    days, within = np.divmod(times_ms, DAY_MS)
    dates, place = np.unique(days, return_inverse=True)
    digits = np.array(['"' + str(date) + 'T00:00:00.000Z",' for date in dates.astype("datetime64[D]")], dtype="S27")
    texts = digits.view(np.uint8).reshape(-1, 27)[place]
    for column, unit_ms, count in DIGITS:
        texts[:, column] += (within // unit_ms % count).astype(np.uint8)
    return b"[%b]" % texts.tobytes()[:-1]
