"""How much of a number the columns keep. Pure.

What is divided by the time between two readings has six decimals in a sample, and more of them tell nothing than do:
they are half of what a busy machine's columns would take. A ten-thousandth of a percent is a millionth of a second in
one; seven digits of a rate are more than the two readings' times are known to. All else is kept to the bit: counters,
sizes, states, seconds. The journal has whole samples.
"""

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zeropoint.catalogue import unit_of

PERCENT_DECIMALS = 4
RATE_DIGITS = 7
# Workloads and processes come and go, and their names with them.
MOST_KEPT_NAMES = 32_768

Floats = NDArray[np.float64]


def kept(names: tuple[str, ...], values: Floats) -> Floats:
    """The values (m, n) of m series, rounded where that is meant. An integer stays what it is."""
    kinds = [_kind(name) for name in names]
    percents = [row for row, kind in enumerate(kinds) if kind == "percent"]
    rates = [row for row, kind in enumerate(kinds) if kind == "rate"]
    rounded = values.copy()
    rounded[percents] = np.round(values[percents], PERCENT_DECIMALS)
    rounded[rates] = _to_digits(values[rates])
    return rounded + 0.0  # no zero with a sign


@lru_cache(MOST_KEPT_NAMES)
def _kind(name: str) -> Literal["percent", "rate", "exact"]:
    unit = unit_of(name)
    return "percent" if unit == "percent" else "rate" if unit.endswith("/s") else "exact"


def _to_digits(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        decimals = np.clip(RATE_DIGITS - 1 - np.floor(np.log10(np.abs(values))), 0, RATE_DIGITS)
    power = 10.0 ** np.nan_to_num(decimals)
    rounded: Floats = np.rint(values * power) / power
    return rounded
