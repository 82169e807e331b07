"""Sums of products of two series at all lags up to a longest one, for many pairs, by FFT.

The lags are few beside the cells. So the series are cut into blocks some times as long, the spectra of a pair are
multiplied block by block and added up, and what is transformed back is one block, not all of the series.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from zeropoint.insight.series import Floats, Indices
from zeropoint.insight.spectra import fast_length

# So many times the longest lag a block is transformed over, two of which lie beside its cells.
LAGS_A_BLOCK = 8
SHORTEST_BLOCK = 256
# Numbers that are transformed back at a time: 64 kB, which stay in the processor's cache.
MOST_AT_ONCE = 8192


@dataclass(frozen=True, slots=True)
class BlockSpectra:
    """Both are rows x blocks x frequencies: `own` the conjugate spectra of each block's cells, `around` the spectra of
    the same cells with `longest` more on each side, over `length` cells."""

    own: NDArray[np.complexfloating]
    around: NDArray[np.complexfloating]
    length: int
    longest: int

    def single(self) -> "BlockSpectra":
        """In single precision, which takes half the time where seven digits are enough."""
        return BlockSpectra(self.own.astype(np.complex64), self.around.astype(np.complex64), self.length, self.longest)

    def with_others(self, others: "BlockSpectra", first: Indices, second: Indices) -> Floats:
        """Sums over t of own row `first`(t) * others' row `second`(t + k): pairs x lags, k from -`longest` on."""
        lags = 2 * self.longest + 1
        result = np.empty((len(first), lags))
        step = max(1, MOST_AT_ONCE // self.length)
        # Pairs in a row that have the same first row, and second ones that lie one behind the other, go together.
        breaks = np.flatnonzero((np.diff(first) != 0) | (np.diff(second) != 1)) + 1
        starts = {0, *range(0, len(first), step), *breaks.tolist()}
        for start, end in pairwise([*sorted(starts), len(first)]):
            around = others.around[second[start] : second[start] + end - start]
            # Not a product that is then summed up: memory for arrays that large is dearer than what is done with it.
            sums = np.einsum("bf,pbf->pf", self.own[first[start]], around)
            result[start:end] = np.fft.irfft(sums, self.length)[:, :lags]
        return result


def block_spectra(rows: Floats, longest: int) -> BlockSpectra:
    """Of rows x cells, for lags up to `longest`."""
    cells = rows.shape[1]
    length = fast_length(max(SHORTEST_BLOCK, LAGS_A_BLOCK * longest))
    if cells + 2 * longest < length:
        length = fast_length(cells + 2 * longest)
    block = length - 2 * longest
    blocks = -(-cells // block)
    padded = np.zeros((len(rows), blocks * block + 2 * longest))
    padded[:, longest : longest + cells] = rows
    # One array for both: the larger what is given back is, the more of it the allocator keeps for the next one.
    spectra = np.empty((2, len(rows), blocks, length // 2 + 1), dtype=np.complex128)
    inside = padded[:, longest : longest + blocks * block].reshape(len(rows), blocks, block)
    own = np.fft.rfft(inside, length, out=spectra[0])
    around = np.fft.rfft(sliding_window_view(padded, length, axis=1)[:, ::block], out=spectra[1])
    return BlockSpectra(np.conj(own, out=own), around, length, longest)
