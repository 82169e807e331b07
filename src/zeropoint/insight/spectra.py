"""Sums of products of a series with itself at all lags at once, by FFT: as many lags as wanted for the price of one."""

from functools import lru_cache

import numpy as np

from zeropoint.insight.series import Floats


@lru_cache(maxsize=256)
def fast_length(least: int) -> int:
    """The smallest product of twos, threes and fives that is even and at least this; FFT is quick at these."""
    best = 2 << max(least - 1, 1).bit_length()
    five = 1
    while five < best:
        three = five
        while three < best:
            rest = max(1, -(-least // (2 * three)))
            best = min(best, 2 * three << (rest - 1).bit_length())
            three *= 3
        five *= 5
    return best


def with_themselves(rows: Floats, longest: int) -> Floats:
    """Sums over t of row(t) * row(t + k): rows x lags, k from 0 to `longest`."""
    # Room enough that the ends do not meet.
    length = fast_length(rows.shape[1] + longest)
    spectra = np.fft.rfft(rows, length)
    power = spectra.real**2
    power += spectra.imag**2
    return np.asarray(np.fft.irfft(power, length)[:, : longest + 1], dtype=np.float64)
