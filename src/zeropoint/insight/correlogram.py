"""One pair as it is drawn: both series on their grid, what of them was compared, and the coefficient at each lag."""

import numpy as np
from msgspec import Struct

from zeropoint.insight.align import grids
from zeropoint.insight.autocorrelation import MOST_LAGS, memory
from zeropoint.insight.lagged import LagSums
from zeropoint.insight.looks import Look, changes, levels
from zeropoint.insight.pair import Pair
from zeropoint.insight.series import Floats, Series

# Of the normal distribution, 95 % lies within so many deviations.
WITHIN_95 = 1.959964
# Fisher's transform has no variance for fewer effective samples.
FEWEST_EFFECTIVE = 4.0


class Correlogram(Struct, frozen=True):
    """The second series is moved back by the lag of the pair: `second[t]` was read that lag after `first[t]`.

    `times_seconds`, `first` and `second` are cells of the grid, NaN where nothing was read. `compared_first` and
    `compared_second` are what the coefficient is of (mean 0 and variance 1), of the cells that both have; they are
    empty where there is not enough data, as is what is told by lag. `bound` is what the coefficient of unrelated series
    that remember as much stays within in 95 % of cases, at one lag that was not searched for.
    """

    interval_seconds: float
    times_seconds: Floats
    first: Floats
    second: Floats
    compared_first: Floats
    compared_second: Floats
    lags_seconds: Floats
    coefficient: Floats
    bound: Floats


def correlogram(first: Series, second: Series, pair: Pair, longest_lag: int, rank: bool) -> Correlogram | None:
    """`pair` is what correlate() told of these two with the same arguments. None where they share no grid. Raises
    AlignError."""
    shared = [grid for grid in grids([first, second], max(longest_lag, MOST_LAGS)) if grid.pairs()]
    if not shared:
        return None
    grid = shared[-1]
    one, other = grid.members.index(0), grid.members.index(1)
    lag = round((pair.lag_seconds or 0.0) / grid.interval_seconds)
    early, late = overlap(grid.values.shape[1], lag)
    begin = min(series.present().times_seconds[0] for series in (first, second))
    compared_first = compared_second = lags = coefficient = bound = np.empty(0)
    if pair.compared is not None:
        look = (levels if pair.compared == "levels" else changes)(grid, rank)
        known = (look.known[one, early] > 0) & (look.known[other, late] > 0)
        compared_first, compared_second = look.values[one, early][known], look.values[other, late][known]
        lags, coefficient, bound = _by_lag(look, one, other, min(longest_lag, grid.values.shape[1] - 1))
    return Correlogram(
        grid.interval_seconds,
        begin + grid.steps[early] * grid.interval_seconds,
        grid.values[one, early],
        grid.values[other, late],
        compared_first,
        compared_second,
        lags * grid.interval_seconds,
        coefficient,
        bound,
    )


def overlap(cells: int, lag: int) -> tuple[slice, slice]:
    """Of two rows, the cells that both have where the second is looked at `lag` cells later."""
    return slice(max(0, -lag), cells - max(0, lag)), slice(max(0, lag), cells - max(0, -lag))


def _by_lag(look: Look, one: int, other: int, longest: int) -> tuple[Floats, Floats, Floats]:
    """Lags in cells, the coefficient at each, and what it stays within by chance."""
    lagged = LagSums(look, longest).of(np.array([one]), np.array([other]))
    effective = lagged.samples[0] / memory(look).inflation[one, other]
    reach = WITHIN_95 / np.sqrt(np.maximum(effective - 3, 1.0))
    bound = np.where(effective > FEWEST_EFFECTIVE, np.tanh(reach), 1.0)
    return np.arange(-longest, longest + 1, dtype=np.float64), lagged.coefficient[0], bound
