"""Series out of the history: of the finest tier that has all of a window, so that they are of one pace."""

import math
from collections.abc import Sequence

from msgspec import Struct

from zeropoint.history.columns_reader import Hole
from zeropoint.history.queries import Reader
from zeropoint.history.query import PERIOD_MS, Extents, Window, choose_tier, with_finer
from zeropoint.history.tiers import TIERS, Tier
from zeropoint.insight.align import MOST_CELLS
from zeropoint.insight.series import Series

# Only decides how many samples a window may have.
INTERVAL_MS = 1000


class Stored(Struct, frozen=True):
    """What is stored of series in a window, and where the history is damaged. Of minutes and hours the values are
    their means. `interval_seconds` is the interval of sampling, or the width of a period; 0 where there is nothing."""

    series: list[Series]
    holes: list[Hole]
    tier: Tier
    interval_seconds: float


def stored_series(
    reader: Reader, names: Sequence[str], from_ms: int, to_ms: int, most_samples: float = math.inf
) -> Stored:
    """What is stored of these series in [from_ms, to_ms). With `most_samples` it is of a tier that has about so many
    at most, which bounds what they cost whoever compares them. Raises Fault."""
    extents = extents_of(reader)
    points = max(2, MOST_CELLS // max(1, len(names)))
    finest = choose_tier(Window(from_ms, to_ms, points), extents, INTERVAL_MS)

    def read(tier: Tier, *coarser: Tier) -> Stored:
        if coarser and _expected(tier, from_ms, to_ms, extents) > most_samples:
            return read(*coarser)
        stretch, holes = reader.read(names, from_ms, to_ms, tier)
        # What was sampled more often than each second is more than was expected.
        if coarser and len(stretch.times_ms) > 2 * most_samples:
            return read(*coarser)
        times = stretch.times_ms / 1000
        series = [Series(name, times, values) for name, values in zip(names, stretch.mean, strict=True)]
        return Stored(series, holes, tier, stretch.interval_ms / 1000)

    return read(*TIERS[TIERS.index(finest) :])


def extents_of(reader: Reader) -> Extents:
    """Times of the oldest and the newest value that each tier can answer with. Raises Fault."""
    return with_finer({tier: reader.extent(tier) for tier in TIERS})


def _expected(tier: Tier, from_ms: int, to_ms: int, extents: Extents) -> int:
    extent = extents[tier]
    if extent is None:
        return 0
    return max(0, min(to_ms, extent[1]) - max(from_ms, extent[0])) // max(INTERVAL_MS, PERIOD_MS[tier])
