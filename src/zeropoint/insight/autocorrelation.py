"""How long each series remembers, and what that leaves of the samples of a pair.

Bartlett (1935), Bayley and Hammersley (1946): the coefficient of two independent series with the autocorrelations a and
b varies as that of n / sum over all k of (1 - |k| / n) a(k) b(k) samples without memory. Both count, and where one of
them has none, the other's costs nothing.
"""

from dataclasses import dataclass

import numpy as np

from zeropoint.insight.looks import Look
from zeropoint.insight.row_products import row_products
from zeropoint.insight.series import Floats
from zeropoint.insight.spectra import with_themselves

# The distance over which autocorrelations are summed: a quarter of the series, for beyond it they are mostly noise.
MOST_LAGS = 1000
PART_OF_SERIES = 4
# Sokal (1989): the sum is cut where it has gone on for this many times what it has come to.
MEMORIES = 5
# An autocorrelation over fewer samples than this is taken for none.
FEWEST_SAMPLES = 10
NOISE_BAND = 2.0


@dataclass(frozen=True, slots=True)
class Memory:
    """Of each pair, series x series: `inflation`, by how much the coefficient's variance is larger than without memory
    (1 or more), and `neighbours`, the correlation of the coefficients at two neighbouring lags."""

    inflation: Floats
    neighbours: Floats


def memory(look: Look) -> Memory:
    cells = look.values.shape[1]
    lags = max(1, min(cells // PART_OF_SERIES, MOST_LAGS))
    own = autocorrelations(look, lags)
    kinds, kind_of = look.kinds.known, look.kinds.of
    inflation = np.empty((len(own), len(own)))
    neighbours = np.empty_like(inflation)
    for first in range(len(kinds)):
        for second in range(first, len(kinds)):
            weights = _shares(kinds[first] * kinds[second], lags)
            rows, columns = np.flatnonzero(kind_of == first), np.flatnonzero(kind_of == second)
            same, next_to = _products(own[rows], own[columns], weights)
            inflation[np.ix_(rows, columns)], inflation[np.ix_(columns, rows)] = same, same.T
            neighbours[np.ix_(rows, columns)], neighbours[np.ix_(columns, rows)] = next_to, next_to.T
    # Less than 1 would be more than n samples out of n; it comes of noise, or of series that swing back. The shares of
    # k and k + 1 differ by a hair, and who is named first must not matter.
    return Memory(np.maximum(inflation, 1.0), (neighbours + neighbours.T) / 2)


def autocorrelations(look: Look, lags: int) -> Floats:
    """Series x lags 0 to `lags`, each over the cells that are known at both its ends.

    What was removed took a part of the slow movement with it, and with that of the memory; to first order it is the
    number of removed parameters times the memory over n (Marriott and Pope 1954), which is put back.
    """
    own = with_themselves(look.values, lags)
    counts = np.rint(with_themselves(look.kinds.known, lags))[look.kinds.of]
    own = np.where(counts >= FEWEST_SAMPLES, own / np.maximum(counts, 1.0), 0.0)
    variance = own[:, :1]
    own = np.where(variance > 0, own / np.where(variance > 0, variance, 1.0), 0.0)
    taken = np.clip(look.removed * sample_memory(own) / np.maximum(counts[:, 0], 1.0), 0.0, 0.5)[:, None]
    own = own * (1 - taken) + taken * (1 - np.arange(lags + 1) / lags)
    # Within this band nineteen in twenty of a series without memory lie. What is in it is taken for none: hundreds of
    # them add up, and where one series is like the other their errors do too.
    return np.where(np.abs(own) >= NOISE_BAND / np.sqrt(np.maximum(counts, 1.0)), own, 0.0)


def sample_memory(own: Floats) -> Floats:
    """The samples that count as one, for each series: 1 + 2 * the sum of its autocorrelations."""
    sums = 1 + 2 * np.cumsum(own[:, 1:], axis=1)
    enough = np.arange(1, own.shape[1]) >= MEMORIES * sums
    at = np.where(enough.any(axis=1), enough.argmax(axis=1), sums.argmax(axis=1))
    return np.maximum(np.take_along_axis(sums, at[:, None], axis=1)[:, 0], 1.0)


def _shares(common: Floats, lags: int) -> Floats:
    """Of the common cells, the part that has another one k further on: 1 - k / n where there are no holes."""
    sums: Floats = with_themselves(common[None], lags)[0]
    return sums / max(float(sums[0]), 1.0)


def _products(these: Floats, those: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The sums over all k of a(k) b(k) and of a(k) b(k + 1), the latter as a part of the former."""
    weighted = these * weights
    same = 2 * row_products(weighted, those) - weighted[:, :1] * those[:, 0]
    # a(k) b(k + 1) for k of 0 and more, and for those below, which is a(k + 1) b(k) once more.
    next_to = row_products(weighted[:, :-1], those[:, 1:]) + row_products(weighted[:, 1:], those[:, :-1])
    return same, np.clip(next_to / np.maximum(same, np.finfo(float).tiny), -0.999, 0.999)
