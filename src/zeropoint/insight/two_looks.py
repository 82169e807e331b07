"""Pairs of one grid, looked at twice: their levels and their changes. One of them is told of, and both are paid for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zeropoint.insight.align import Grid
from zeropoint.insight.compare import Comparing, Comparison
from zeropoint.insight.interval import interval
from zeropoint.insight.lag_search import critical_score
from zeropoint.insight.looks import changes, levels
from zeropoint.insight.series import Bools, Floats, Indices

LOOKS = 2
MISSED = 0.05
# Coefficients that are held at a time, pairs x lags: 16 MB an array.
MOST_COEFFICIENTS = 2_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """Each field is one number a pair. `p_value` is of both looks together, the others are of the one that is told of.
    `low` and `high` hold the coefficient in at least 95 % of cases, at whatever lag it was found: as wide as the search
    asks, they hold it nearly always where one lag stands out."""

    lag: Floats
    coefficient: Floats
    low: Floats
    high: Floats
    effective: Floats
    p_value: Floats
    of_changes: Bools


def compare_twice(grid: Grid, first: Indices, second: Indices, longest: int, rank: bool) -> Told:
    """Compares rows `first` of the grid with rows `second`, over -`longest` to `longest` cells."""
    of_levels, of_changes = Comparing(levels(grid, rank), longest), Comparing(changes(grid, rank), longest)
    step = max(1, MOST_COEFFICIENTS // (2 * longest + 1))
    parts = []
    for start in range(0, len(first), step):
        part = slice(start, start + step)
        parts.append(
            _told(of_levels.pairs(first[part], second[part]), of_changes.pairs(first[part], second[part]), rank)
        )
    return Told(*(np.concatenate([getattr(part, name) for part in parts]) for name in Told.__dataclass_fields__))


def _told(of_levels: Comparison, of_changes: Comparison, rank: bool) -> Told:
    # Levels are told of wherever they tell anything, for they are what a chart shows; changes where they alone do.
    chance = MISSED / LOOKS
    untold = np.isnan(of_levels.coefficient) & np.isfinite(of_changes.coefficient)
    changed: NDArray[np.bool_] = untold | ((of_levels.p_value > chance) & (of_changes.p_value <= chance))
    one = of_changes.where(changed, of_levels)
    reach = critical_score(chance, one.neighbours, np.maximum(one.tries, 1.0))
    low, high = interval(one.coefficient, one.effective, reach, rank)
    p_value = np.minimum(1.0, LOOKS * np.minimum(of_levels.p_value, of_changes.p_value))
    return Told(one.lag, one.coefficient, low, high, one.effective, p_value, changed)
