"""Series out of the history: of the finest tier that has all of a window, so that they are of one pace."""

from collections.abc import Sequence

from zeropoint.history.columns_reader import Hole
from zeropoint.history.queries import Reader
from zeropoint.history.query import Window, choose_tier, with_finer
from zeropoint.history.tiers import TIERS
from zeropoint.insight.align import MOST_CELLS
from zeropoint.insight.series import Series

# Only decides how many samples a window may have.
INTERVAL_MS = 1000


def stored_series(reader: Reader, names: Sequence[str], from_ms: int, to_ms: int) -> tuple[list[Series], list[Hole]]:
    """What is stored of these series in [from_ms, to_ms), and where the history is damaged. Of minutes and hours the
    values are their means. Raises Fault."""
    extents = with_finer({tier: reader.extent(tier) for tier in TIERS})
    points = max(2, MOST_CELLS // max(1, len(names)))
    tier = choose_tier(Window(from_ms, to_ms, points), extents, INTERVAL_MS)
    stretch, holes = reader.read(names, from_ms, to_ms, tier)
    times = stretch.times_ms / 1000
    return [Series(name, times, values) for name, values in zip(names, stretch.mean, strict=True)], holes
