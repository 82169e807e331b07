"""A measured series: what align puts on a grid and correlate compares."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Series:
    """`values[i]` was read at `times_seconds[i]`. Times never go back. NaN is a hole; none is infinite."""

    name: str
    times_seconds: Floats
    values: Floats

    def present(self) -> "Series":
        """The series without its holes."""
        known = np.isfinite(self.values)
        return self if known.all() else Series(self.name, self.times_seconds[known], self.values[known])
