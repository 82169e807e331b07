"""The samples of a minute that is not over, as columns."""

from threading import Lock

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history.flatten import Flattener
from zeropoint.model import Sample

MINUTE_MS = 60_000
# Ten samples a second, the fastest that can be set, and as many again.
MOST_ROWS = 1200


class Columns(Struct, frozen=True):
    """A run of samples as columns: times in milliseconds since 1970, ascending, (n,); the names of m series; and their
    values (m, n), NaN where a sample has none."""

    times_ms: NDArray[np.int64]
    interval_ms: int
    names: tuple[str, ...]
    values: NDArray[np.float64]


class MinuteBuffer:
    """One writer adds; any thread may ask for what is there."""

    def takes(self, time_ms: int) -> bool:
        """Whether a sample of this time can follow: it lies in the same minute, after the last one. Otherwise the
        buffer is to be written, and a new one begun."""
        raise NotImplementedError

    def add(self, sample: Sample, time_ms: int) -> None:
        raise NotImplementedError

    def columns(self) -> Columns | None:
        """All that has been added; None before the first. What is returned never changes."""
        raise NotImplementedError
