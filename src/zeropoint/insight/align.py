"""Series on a common grid. A value goes to the cell that its time is nearest to, and to no other: gaps are not bridged.

Series of one pace share one grid. Of two that differ the slower one's is taken, and what the faster one read within a
cell is averaged: a mean of five readings is one, but five copies of a reading are not five.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from zeropoint.insight.clockwork import clock_of, interval_seconds
from zeropoint.insight.series import Floats, Indices, Series

# Series whose intervals differ by less share a grid: clocks that jitter are of one pace.
SAME_PACE = 1.25
# The part of its readings that a faster series must have within a cell.
LEAST_FILLED = 0.5
MOST_CELLS = 10_000_000
MOST_STEPS = 2**50


class AlignError(ValueError):
    """What keeps the series from a common grid; the message names it."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The series of one pace and all that are faster. `values` is series x cells, NaN where a series has nothing.

    `steps` counts intervals from the first cell; it leaps where no series has anything for long. Row i is series number
    `members[i]`; `of_pace` are the rows of just this pace.
    """

    interval_seconds: float
    values: Floats
    steps: Floats
    members: tuple[int, ...]
    of_pace: frozenset[int]

    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of rows that belong here: a pair belongs to the grid of its slower series."""
        return [
            (first, second)
            for first, second in combinations(range(len(self.members)), 2)
            if first in self.of_pace or second in self.of_pace
        ]


def grids(series: Sequence[Series], longest_lag: int) -> list[Grid]:
    """A grid for each pace. Series with fewer than two times have none.

    `longest_lag` is the largest distance in cells that anybody will compare over; of a longer gap so many cells and one
    stay.
    """
    present = [one.present() for one in series]
    known = {id(one.times_seconds): one.times_seconds for one in present}
    interval_of = {key: interval_seconds(times) for key, times in known.items()}
    found = [interval_of[id(one.times_seconds)] for one in present]
    intervals = {number: interval for number, interval in enumerate(found) if interval is not None}
    result = []
    faster: list[int] = []
    for pace in _paces(intervals):
        faster += pace
        result.append(_grid(present, intervals, sorted(faster), pace, longest_lag))
    return result


def _paces(intervals: dict[int, float]) -> list[list[int]]:
    """Numbers of series by pace, the fastest first."""
    paces: list[list[int]] = []
    for number in sorted(intervals, key=intervals.__getitem__):
        if paces and intervals[number] < SAME_PACE * intervals[paces[-1][0]]:
            paces[-1].append(number)
        else:
            paces.append([number])
    return paces


def _grid(
    series: Sequence[Series], intervals: dict[int, float], members: list[int], pace: list[int], longest_lag: int
) -> Grid:
    leader = max(pace, key=lambda number: series[number].values.size)
    interval = intervals[leader]
    # Series that were read together share their array of times, which is worked on once.
    times = {id(series[number].times_seconds): series[number].times_seconds for number in members}
    span = max(one[-1] for one in times.values()) - min(one[0] for one in times.values())
    if span > MOST_STEPS * interval:
        raise AlignError(f"the times go over {span:.6g} s, which is too much in steps of {interval:.6g} s")
    clock = clock_of(series[leader].times_seconds, interval)
    steps = {key: clock.steps(one) for key, one in times.items()}
    occupied = np.unique(np.concatenate(list(steps.values())))
    cells = _without_long_gaps(occupied, longest_lag)
    count = int(cells[-1]) + 1
    if count * len(members) > MOST_CELLS:
        raise AlignError(
            f"{len(members)} series in steps of {interval:.6g} s make {count * len(members):,} cells, "
            f"and at most {MOST_CELLS:,} are taken"
        )
    places = {key: cells[np.searchsorted(occupied, one)] for key, one in steps.items()}
    values = np.empty((len(members), count))
    for row, number in enumerate(members):
        least = LEAST_FILLED * interval / intervals[number]
        values[row] = _means(places[id(series[number].times_seconds)], series[number].values, count, least)
    return Grid(
        interval_seconds=interval,
        values=values,
        steps=np.interp(np.arange(count), cells, occupied - occupied[0]),
        members=tuple(members),
        of_pace=frozenset(row for row, number in enumerate(members) if number in pace),
    )


def _without_long_gaps(occupied: Indices, longest_lag: int) -> Indices:
    """New numbers for the cells. Nothing is compared over more than `longest_lag`: no gap need be longer."""
    return np.concatenate([[0], np.cumsum(np.minimum(np.diff(occupied), longest_lag + 1))]).astype(np.int64)


def _means(cells: Indices, values: Floats, count: int, least: float) -> Floats:
    readings = np.bincount(cells, minlength=count)
    with np.errstate(invalid="ignore"):
        means = np.bincount(cells, weights=values, minlength=count) / readings
    return np.where(readings >= least, means, np.nan)
