"""Values of many series rolled up to wider periods. Pure."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# The codec takes no more digits for a decimal.
MOST_DIGITS = 9


class Rolled(Struct, frozen=True):
    """Of k series at p ascending times, which are the beginnings of periods: mean, min, max, and of how many values
    they are; (k, p). Without values, count is 0 and the others are NaN. A sample is a period with one value."""

    times_ms: Ints
    mean: Floats
    min: Floats
    max: Floats
    count: Floats

    def within(self, from_ms: int, to_ms: int) -> "Rolled":
        first, last = np.searchsorted(self.times_ms, (from_ms, to_ms)).tolist()
        part = slice(first, last)
        return Rolled(self.times_ms[part], *(plane[:, part] for plane in (self.mean, self.min, self.max, self.count)))

    @property
    def planes(self) -> tuple[Floats, Floats, Floats, Floats]:
        return self.mean, self.min, self.max, self.count


def samples(times_ms: Ints, values: Floats) -> Rolled:
    return Rolled(times_ms, values, values, values, (~np.isnan(values)).astype(np.float64))


def roll(fine: Rolled, period_ms: int) -> Rolled:
    """The same in periods that are wider, those with at least one time. A mean is weighted by counts; it is told to a
    thousandth of what lies between min and max, since a block would take more room for further digits than for all
    else of a minute."""
    periods = fine.times_ms // period_ms
    if not periods.size:
        return fine
    starts = np.flatnonzero(np.diff(periods, prepend=periods[0] - 1))
    count = np.add.reduceat(fine.count, starts, axis=1)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        sums = np.add.reduceat(np.where(fine.count > 0, fine.mean, 0.0) * fine.count, starts, axis=1)
        least, most = (
            np.where(count > 0, extreme.reduceat(values, starts, axis=1), np.nan)
            for extreme, values in ((np.fmin, fine.min), (np.fmax, fine.max))
        )
        mean = np.clip(_rounded(sums / count, most - least), least, most)
    return Rolled(periods[starts] * period_ms, mean, least, most, count)


def overlay(parts: Sequence[Rolled]) -> Rolled:
    """Parts of the same series as one, ascending; where two tell of the same period, the one made of more values
    stands, of equal ones the later part."""
    times = np.concatenate([part.times_ms for part in parts])
    planes = [np.concatenate(planes, axis=1) for planes in zip(*(part.planes for part in parts), strict=True)]
    if (np.diff(times) <= 0).any():
        weight = planes[3].max(axis=0, initial=0)
        order = np.lexsort((weight, times))
        last = np.flatnonzero(np.diff(times[order], append=times[order[-1]] + 1))
        order = order[last]
        times, planes = times[order], [plane[:, order] for plane in planes]
    return Rolled(times, *planes)


def _rounded(mean: Floats, spread: Floats) -> Floats:
    """Decimals, where a thousandth of the spread has few enough digits for the codec."""
    digits = np.ceil(3 - np.log10(spread))
    power = 10.0 ** np.nan_to_num(np.clip(digits, 0, MOST_DIGITS))
    rounded = np.rint(mean * power) / power
    return np.where((digits <= MOST_DIGITS) & np.isfinite(rounded), rounded, mean)
