"""A straight trend that a few jumps do not mislead. Pure numpy.

The slope is Theil's and Sen's: the median of the slopes between all pairs of readings. Its interval is Sen's of 1968,
by the variance of Kendall's tau; it takes the readings' errors for independent, so of what wanders it is too narrow.
That is why who asks also demands that each part of the time rises.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

MOST_POINTS, FEWEST_POINTS = 60, 8
PARTS = 4
Z_95 = 1.959964


class Trend(Struct, frozen=True):
    """`slope` is per second, `low` and `high` its interval of 95 %. `r_squared` is the share of the variance that the
    line explains. `parts` are the slopes of four quarters of the time."""

    slope: float
    low: float
    high: float
    r_squared: float
    seconds: float
    parts: tuple[float, ...]


def trend_of(times: Sequence[float], values: Sequence[float]) -> Trend | None:
    """None for fewer than 8 readings, and for those of one moment. Of many readings 60 are taken, evenly."""
    if len(times) < FEWEST_POINTS or times[-1] <= times[0]:
        return None
    places = np.unique(np.linspace(0, len(times) - 1, min(len(times), MOST_POINTS)).round().astype(int))
    at, of = np.asarray(times, dtype=float)[places], np.asarray(values, dtype=float)[places]
    at = at - at[0]
    slope, low, high = sen(at, of)
    line = np.median(of - slope * at) + slope * at
    spread = float(((of - of.mean()) ** 2).sum())
    left = float(((of - line) ** 2).sum())
    return Trend(
        slope=slope,
        low=low,
        high=high,
        r_squared=max(0.0, 1 - left / spread) if spread > 0 else 0.0,
        seconds=float(at[-1]),
        parts=tuple(quarter_slopes(at, of)),
    )


def sen(at: NDArray[np.float64], of: NDArray[np.float64]) -> tuple[float, float, float]:
    """The slope and its interval of 95 %."""
    first, second = np.triu_indices(at.size, 1)
    apart = at[second] - at[first]
    kept = apart > 0
    slopes = np.sort((of[second] - of[first])[kept] / apart[kept])
    n = at.size
    half_width = Z_95 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low = max(0, math.floor((slopes.size - half_width) / 2))
    high = min(slopes.size - 1, math.ceil((slopes.size + half_width) / 2))
    return float(np.median(slopes)), float(slopes[low]), float(slopes[high])


def quarter_slopes(at: NDArray[np.float64], of: NDArray[np.float64]) -> list[float]:
    """From the median of each fifth of the readings to that of the next."""
    fifths = np.array_split(np.arange(at.size), PARTS + 1)
    middles = [(float(np.median(at[one])), float(np.median(of[one]))) for one in fifths]
    return [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(middles)]
