"""Which of many series go together, at which lag, and how sure that is. docs/correlation.md tells the method."""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import isfinite
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from zeropoint.insight.align import Grid, grids
from zeropoint.insight.autocorrelation import MOST_LAGS
from zeropoint.insight.common import common_cells
from zeropoint.insight.compare import FEWEST_SAMPLES
from zeropoint.insight.false_discovery import SIGNIFICANT, q_values
from zeropoint.insight.pair import Pair
from zeropoint.insight.series import Series
from zeropoint.insight.two_looks import compare_twice

LONGEST_LAG = 60


class Numbers(NamedTuple):
    """What Told has of one pair."""

    lag: float
    coefficient: float
    low: float
    high: float
    effective: float
    p_value: float
    of_changes: bool


def correlate(
    series: Sequence[Series], longest_lag: int = LONGEST_LAG, rank: bool = True, groups: Sequence[str] | None = None
) -> list[Pair]:
    """Every pair, in the order of `series`. Lags are counted in intervals of the slower of the two.

    `rank`: Spearman's coefficient, else Pearson's. `groups` says of each series where it belongs: pairs within a group
    are left out, and cost those that stay nothing. Raises AlignError where the times allow no grid.
    """

    def is_wanted(first: int, second: int) -> bool:
        return groups is None or groups[first] != groups[second]

    told: dict[tuple[int, int], Pair] = {}
    for grid in grids(series, max(longest_lag, MOST_LAGS)):
        told |= _pairs_of(grid, [one.name for one in series], longest_lag, rank, is_wanted)
    return _judged(
        [
            told.get((first, second)) or Pair(a=series[first].name, b=series[second].name, n=0)
            for first, second in combinations(range(len(series)), 2)
            if is_wanted(first, second)
        ]
    )


def _pairs_of(
    grid: Grid, names: Sequence[str], longest_lag: int, rank: bool, is_wanted: Callable[[int, int], bool]
) -> dict[tuple[int, int], Pair]:
    """The wanted pairs that belong to a grid, by the positions of their series."""
    common = common_cells(grid.values)
    told = {}
    enough = []
    for first, second in grid.pairs():
        number, other = grid.members[first], grid.members[second]
        if not is_wanted(number, other):
            continue
        told[number, other] = Pair(a=names[number], b=names[other], n=int(common.counts[first, second]))
        if common.counts[first, second] >= FEWEST_SAMPLES and common.both_vary[first, second]:
            enough.append((first, second))
    if enough:
        first_rows, second_rows = np.array(enough, dtype=np.int64).T
        longest = min(longest_lag, grid.values.shape[1] - 1)
        found = compare_twice(grid, first_rows, second_rows, longest, rank)
        # Lists of Python's own numbers: to take them out of arrays one by one takes longer.
        columns = [getattr(found, name).tolist() for name in Numbers._fields]
        for (first, second), *numbers in zip(enough, *columns, strict=True):
            place = grid.members[first], grid.members[second]
            told[place] = _with_numbers(told[place], Numbers(*numbers), grid.interval_seconds)
    return told


def _with_numbers(pair: Pair, found: Numbers, interval_seconds: float) -> Pair:
    if not isfinite(found.coefficient):
        return pair
    return replace(
        pair,
        # An interval that is measured in times that jitter has no more digits than these.
        lag_seconds=float(f"{found.lag * interval_seconds:.6g}"),
        coefficient=found.coefficient,
        low=found.low,
        high=found.high,
        n_effective=found.effective,
        p_value=found.p_value,
        compared="changes" if found.of_changes else "levels",
    )


def _judged(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs with q values, of all that could be compared together, and verdicts."""
    p_values = np.array([pair.p_value for pair in pairs if pair.p_value is not None])
    q = iter(q_values(p_values).tolist())
    return [pair if pair.p_value is None else _with_verdict(pair, next(q)) for pair in pairs]


def _with_verdict(pair: Pair, q_value: float) -> Pair:
    return replace(pair, q_value=q_value, verdict="correlated" if q_value <= SIGNIFICANT else "none")
