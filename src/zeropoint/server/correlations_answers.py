"""The forms of what is told of correlations, and their JSON."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import Meta, Struct

from zeropoint.history.gaps import Loss
from zeropoint.history.moments import rfc3339
from zeropoint.insight.candidates import Candidate
from zeropoint.insight.correlate import correlate
from zeropoint.insight.correlogram import Correlogram, correlogram
from zeropoint.insight.pair import Pair
from zeropoint.insight.sentence import CAVEAT, sentence
from zeropoint.insight.series import Floats, Series
from zeropoint.insight.stored_series import Stored
from zeropoint.model import Unavailable
from zeropoint.server.history_answers import HistoryGap, Numbers, gap_of

Method = Literal["rank", "pearson"]
TierName = Literal["samples", "minutes", "hours"]
# What a chart of the pair shows; of more each is the mean of several.
MOST_POINTS = 1000
MOST_DOTS = 1000
# Of numbers that only place something in a chart.
DECIMALS = 4


NOTHING = Correlogram(0.0, *(np.empty(0) for _ in range(8)))


class Question(Struct, frozen=True):
    """What is to be compared; `max_lag` in intervals."""

    from_ms: int
    to_ms: int
    max_lag: int
    method: Method


class Read(Struct, frozen=True):
    """What was read for a question, and why it may not be all."""

    stored: Stored
    #: What is known of each series; None of one that is in no table.
    candidates: Sequence[Candidate | None]
    #: Where each belongs, if pairs within a group are not asked for.
    groups: Sequence[str] | None
    units: Sequence[str]
    #: What is missing in the window, damaged blocks among it.
    losses: list[Loss]
    missing: list[Unavailable]


class ToldPair(Pair, frozen=True, kw_only=True):
    sentence: Annotated[str, Meta(description="The pair in words; they claim no cause")]


class ComparedSeries(Struct, frozen=True):
    """One of the series that were compared."""

    name: str
    side: Annotated[
        Literal["workload", "host", "other"],
        Meta(description="What it says something of; other where it is none of those that are compared by default"),
    ]
    label: Annotated[str, Meta(description="What it is called; its name where it has no other")]
    subject: Annotated[str | None, Meta(description="Whose it is: a run, a component, a workload, a GPU")]
    unit: str
    samples: Annotated[int, Meta(description="How many values it has in the window")]
    varies: Annotated[bool, Meta(description="Whether two of them differ")]


class About(Struct, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    """What was compared, and how."""

    since: Annotated[str, Meta(description="Beginning of the window, RFC 3339")]
    until: Annotated[str, Meta(description="End of the window, RFC 3339")]
    tier: Annotated[TierName, Meta(description="What was read: each sample, or the means of minutes or hours")]
    interval_seconds: Annotated[float, Meta(description="Of what was read; 0 where there is nothing")]
    max_lag: Annotated[int, Meta(description="How many intervals one series may be behind the other")]
    method: Annotated[Method, Meta(description="Spearman's coefficient, or Pearson's")]
    caveat: Annotated[str, Meta(description="What none of this tells")]
    gaps: Annotated[list[HistoryGap], Meta(description="Why samples of the window are missing, the oldest first")]
    unavailable: Annotated[list[Unavailable], Meta(description="What was left out, and why")]


class CorrelationsAnswer(About, frozen=True, kw_only=True):
    """Pairs of series, and how they go together."""

    pairs: list[ToldPair]
    series: list[ComparedSeries]


class DrawnSeries(Struct, frozen=True):
    """One side of a pair."""

    name: str
    unit: str
    values: Annotated[Numbers, Meta(description="At the timestamps; of b those that were read the lag later")]
    compared: Annotated[
        Numbers, Meta(description="What the coefficient is of, with mean 0 and variance 1; at most 1000, evenly chosen")
    ]


class ByLag(Struct, frozen=True):
    """The coefficient at each lag."""

    seconds: Numbers
    coefficient: Annotated[Numbers, Meta(description="Null where too few samples are left, or one does not vary")]
    bound: Annotated[
        Numbers,
        Meta(description="Unrelated series that remember as much stay within it in 95 % of cases, at any one lag"),
    ]


class PairAnswer(About, frozen=True, kw_only=True):
    """One pair, as it is drawn. It was compared alone, so that its q value is its p value."""

    pair: ToldPair
    point_seconds: Annotated[float, Meta(description="Each value is the mean of so long")]
    timestamps: Annotated[list[str], Meta(description="Of a, RFC 3339")]
    a: DrawnSeries
    b: DrawnSeries
    by_lag: ByLag
    compared_count: Annotated[int, Meta(description="How many samples both have at this lag")]


def encode_correlations(question: Question, read: Read) -> bytes:
    """The JSON of a CorrelationsAnswer. Raises AlignError."""
    series = read.stored.series
    pairs = correlate(series, question.max_lag, question.method == "rank", read.groups)
    titles = _titles(read)
    answer = CorrelationsAnswer(
        pairs=[_told(pair, titles, question.method) for pair in pairs],
        series=[_compared(*one) for one in zip(series, read.candidates, read.units, strict=True)],
        **_about(question, read),
    )
    return msgspec.json.encode(answer)


def encode_pair(question: Question, read: Read) -> bytes:
    """The JSON of a PairAnswer, of the two series that were read. Raises AlignError."""
    first, second = read.stored.series
    is_rank = question.method == "rank"
    (pair,) = correlate([first, second], question.max_lag, is_rank)
    found = correlogram(first, second, pair, question.max_lag, is_rank) or NOTHING
    width = max(1, -(-len(found.times_seconds) // MOST_POINTS))
    dots = slice(None, None, max(1, -(-len(found.compared_first) // MOST_DOTS)))
    a, b = (
        DrawnSeries(series.name, unit, _means(cells, width).tolist(), _drawn(compared[dots]))
        for series, unit, cells, compared in (
            (first, read.units[0], found.first, found.compared_first),
            (second, read.units[1], found.second, found.compared_second),
        )
    )
    answer = PairAnswer(
        pair=_told(pair, _titles(read), question.method),
        point_seconds=found.interval_seconds * width,
        timestamps=[rfc3339(round(1000 * time)) for time in found.times_seconds[::width].tolist()],
        a=a,
        b=b,
        by_lag=ByLag(*map(_drawn, (found.lags_seconds, found.coefficient, found.bound))),
        compared_count=len(found.compared_first),
        **_about(question, read),
    )
    return msgspec.json.encode(answer)


def _titles(read: Read) -> Mapping[str, str]:
    """What the series are called, by their names."""
    return {one.name: one.title for one in read.candidates if one is not None}


def _told(pair: Pair, titles: Mapping[str, str], method: Method) -> ToldPair:
    named = msgspec.structs.replace(pair, a=titles.get(pair.a, pair.a), b=titles.get(pair.b, pair.b))
    return ToldPair(sentence=sentence(named, method), **msgspec.structs.asdict(pair))


def _compared(series: Series, candidate: Candidate | None, unit: str) -> ComparedSeries:
    known = series.values[np.isfinite(series.values)]
    return ComparedSeries(
        name=series.name,
        side="other" if candidate is None else candidate.side,
        label=series.name if candidate is None else candidate.label,
        subject=None if candidate is None else candidate.subject,
        unit=unit,
        samples=len(known),
        varies=bool((known != known[:1]).any()),
    )


def _about(question: Question, read: Read) -> dict[str, Any]:
    return {
        "since": rfc3339(question.from_ms),
        "until": rfc3339(question.to_ms),
        "tier": read.stored.tier,
        "interval_seconds": read.stored.interval_seconds,
        "max_lag": question.max_lag,
        "method": question.method,
        "caveat": CAVEAT,
        "gaps": [gap_of(loss) for loss in read.losses],
        "unavailable": read.missing,
    }


def _means(cells: Floats, width: int) -> Floats:
    """The mean of each `width` cells of those that are known; NaN where none is."""
    padded = np.pad(cells, (0, -len(cells) % width), constant_values=np.nan).reshape(-1, width)
    known = np.isfinite(padded)
    sums, counts = np.where(known, padded, 0.0).sum(axis=1), known.sum(axis=1)
    means: Floats = np.divide(sums, counts, out=np.full(len(padded), np.nan), where=counts > 0)
    return means


def _drawn(values: Floats) -> Any:
    """A list, in which NaN is what becomes null."""
    return np.round(values, DECIMALS).tolist()
