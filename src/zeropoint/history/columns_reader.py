"""Reads the tiers: values of series over a window."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history.columns import Tier
from zeropoint.history.minute import Columns


class Hole(Struct, frozen=True):
    """A stretch [from_ms, to_ms) of a tier that cannot be read."""

    from_ms: int
    to_ms: int
    reason: str


class Stretch(Struct, frozen=True):
    """Values of k series at p times, ascending. `times_ms` are the samples' times in the finest tier, the beginnings
    of the periods in the others; `interval_ms` is the interval of sampling, or the width of a period. mean, min, max and
    count are (k, p) in the order of the names that were asked for; NaN and count 0 where there is nothing. In the
    finest tier the first three are one array."""

    times_ms: NDArray[np.int64]
    interval_ms: int
    mean: NDArray[np.float64]
    min: NDArray[np.float64]
    max: NDArray[np.float64]
    count: NDArray[np.float64]


class ColumnReader:
    """Reads only; used on one thread. `newest` gives the minute that is not written yet."""

    def __init__(self, directory: Path, newest: Callable[[], Columns | None] = lambda: None) -> None:
        raise NotImplementedError

    def names(self, from_ms: int, to_ms: int) -> set[str]:
        """All series that have a value in files that touch the window; no block is read for it."""
        raise NotImplementedError

    def extent(self, tier: Tier) -> tuple[int, int] | None:
        """Times of the oldest and the newest value of a tier; None where it is empty."""
        raise NotImplementedError

    def read(self, names: Sequence[str], from_ms: int, to_ms: int, tier: Tier) -> tuple[Stretch, list[Hole]]:
        """The values at times in [from_ms, to_ms); a period counts when its beginning does. What the coarser tiers do
        not have yet is rolled up from the finer one. A name that nobody knows is a row of NaN."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
