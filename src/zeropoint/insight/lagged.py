"""The coefficient of each pair at each lag, over the cells that both have there."""

from dataclasses import dataclass

import numpy as np

from zeropoint.insight.block_spectra import BlockSpectra, block_spectra
from zeropoint.insight.looks import Look
from zeropoint.insight.series import Floats, Indices

# The part of its variance that a series must keep over the cells of a lag; what is below may be rounding.
LEAST_VARIANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Lagged:
    """All are pairs x lags; at [pair, longest + k] the second series of the pair lies k cells after the first.

    `coefficient` is Pearson's of the cells that both have (NaN where one does not vary there), `samples` their number.
    `joint` is the mean of the products of squares over the product of their means: 1 where how far one swings says
    nothing about the other, n where a single cell makes up both.
    """

    coefficient: Floats
    samples: Floats
    joint: Floats


class LagSums:
    """The spectra of a look, from which the sums of any of its pairs follow."""

    def __init__(self, look: Look, longest: int) -> None:
        self._kind_of = look.kinds.of
        self._kinds = block_spectra(look.kinds.known, longest)
        self._values = block_spectra(look.values, longest)
        squares = block_spectra(look.values**2, longest)
        self._squares = squares.single()
        # Of each series over the cells that each kind has: rows x kinds x lags.
        self._sums = _beside_each(self._kinds, self._values)
        self._square_sums = _beside_each(self._kinds, squares)

    def of(self, first: Indices, second: Indices) -> Lagged:
        """Of the pairs of these two numbers of series."""
        kind, other = self._kind_of[first], self._kind_of[second]
        count = self._counts(kind, other)
        # What lies k cells after the one is -k cells before the other.
        sum_first, sum_second = self._sums[first, other], self._sums[second, kind, ::-1]
        square_first, square_second = self._square_sums[first, other], self._square_sums[second, kind, ::-1]
        product = self._values.with_others(self._values, first, second)
        product_of_squares = self._squares.with_others(self._squares, first, second)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance_first = square_first - sum_first**2 / count
            variance_second = square_second - sum_second**2 / count
            varies = np.minimum(variance_first, variance_second) > LEAST_VARIANCE * count
            coefficient = (product - sum_first * sum_second / count) / np.sqrt(variance_first * variance_second)
            joint = count * product_of_squares / (square_first * square_second)
        return Lagged(np.where(varies, np.clip(coefficient, -1.0, 1.0), np.nan), count, np.where(varies, joint, 1.0))

    def _counts(self, kind: Indices, other: Indices) -> Floats:
        pairs, of = np.unique(np.stack([kind, other]), axis=1, return_inverse=True)
        return np.rint(self._kinds.with_others(self._kinds, pairs[0], pairs[1]))[of.reshape(-1)]


def _beside_each(kinds: BlockSpectra, rows: BlockSpectra) -> Floats:
    """Sums of each row over the cells that each kind has k cells later: rows x kinds x lags."""
    shape = (len(kinds.own), len(rows.own))
    kind, row = np.indices(shape).reshape(2, -1)
    # Kinds first, of which there are few; a row lies -k cells after them.
    sums = kinds.with_others(rows, kind, row).reshape(*shape, -1)
    return sums.transpose(1, 0, 2)[..., ::-1]
