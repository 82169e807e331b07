"""Stored series on their way out: tables of an hour or so, of the finest tier that has the time."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history.columns_reader import Hole
from zeropoint.history.patterns import Pattern, matching
from zeropoint.history.queries import Reader
from zeropoint.history.query import PERIOD_MS, Extents, with_finer
from zeropoint.history.tiers import TIERS, Tier

# What is read at a time; with 500 series some 15 MB.
CHUNK_MS: Mapping[Tier, int] = {"samples": 3_600_000, "minutes": 86_400_000, "hours": 30 * 86_400_000}


class Table(Struct, frozen=True):
    """Rows of a stretch of time: times in milliseconds since 1970 (n,), values of m series (m, n), NaN where there is
    none. Of minutes and hours the values are their means."""

    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]


def names_of(reader: Reader, patterns: Sequence[str], from_ms: int, to_ms: int) -> tuple[list[str], list[str]]:
    """The series that are meant, each once, all of them where no pattern is given; and the patterns that mean none."""
    known = reader.names(from_ms, to_ms)
    if not patterns:
        return sorted(known), []
    found = {pattern: matching(Pattern(pattern), known) for pattern in patterns}
    return list(dict.fromkeys(name for names in found.values() for name in names)), [
        pattern for pattern, names in found.items() if not names
    ]


def tables(reader: Reader, names: Sequence[str], from_ms: int, to_ms: int, holes: list[Hole]) -> Iterator[Table]:
    """All that is stored of the series in [from_ms, to_ms), the oldest first; what is damaged is added to `holes`."""
    extents = with_finer({tier: reader.extent(tier) for tier in TIERS})
    stored = extents["hours"]
    if stored is None:
        return
    at, end = max(from_ms, stored[0] - stored[0] % PERIOD_MS["hours"]), min(to_ms, stored[1] + 1)
    while at < end:
        tier, until = _chunk(at, end, extents)
        for choice in TIERS[TIERS.index(tier) :]:
            # A day may be gone from the finest tier, and be left in the next.
            if choice != tier and (at % PERIOD_MS[choice] or until % PERIOD_MS[choice]):
                break
            stretch, damaged = reader.read(names, at, until, choice)
            holes += damaged
            if len(stretch.times_ms):
                yield Table(stretch.times_ms, stretch.mean)
                break
        at = until


def _chunk(at_ms: int, end_ms: int, extents: Extents) -> tuple[Tier, int]:
    """The finest tier that has this time, and how far to read it: until its chunk ends, or a finer one begins."""
    until = end_ms
    for tier, coarser in zip(TIERS, (*TIERS[1:], None), strict=True):
        chunk = CHUNK_MS[tier]
        extent = extents[tier]
        # A coarser tier's period belongs to it whole.
        begins = extent[0] - extent[0] % (PERIOD_MS[coarser] if coarser else 1) if extent else end_ms
        if begins <= at_ms or coarser is None:
            return tier, min(until, at_ms - at_ms % chunk + chunk)
        until = min(until, begins)
    raise AssertionError("the last tier takes what no other has")
