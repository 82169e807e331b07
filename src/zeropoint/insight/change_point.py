"""Where the level of a series changes, by ranks alone. Pure numpy.

Whether it does is Pettitt's test (A non-parametric approach to the change-point problem, 1979), whose statistic prefers
the middle. Where it does is the split at which Mann's and Whitney's statistic is largest in units of its own scatter
there, as Hawkins and Deng have it (A nonparametric change-point control chart, 2010).
"""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from zeropoint.insight.ranks import midranks


class Split(Struct, frozen=True):
    """`at` is the place of the first value after the change; `p` how likely such a change is among values of one level
    that are independent of one another. The approximation is good below 0.5, and at most 1 otherwise."""

    at: int
    p: float


def split_of(values: Sequence[float]) -> Split | None:
    """The likeliest split; None for fewer than 4 values."""
    n = len(values)
    if n < 4:
        return None
    (ranks,) = midranks(np.asarray([values], dtype=float))
    # For each split: how many pairs have the later value above the earlier one, less those the other way round.
    places = np.arange(1, n)
    statistic = 2 * np.cumsum(ranks)[:-1] - places * (n + 1)
    largest = float(np.abs(statistic).max())
    in_scatters = np.abs(statistic) / np.sqrt(places * (n - places) * (n + 1) / 3)
    return Split(int(places[in_scatters.argmax()]), min(1.0, 2 * math.exp(-6 * largest**2 / (n**3 + n**2))))
