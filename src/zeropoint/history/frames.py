"""What is in the frames of blocks: the residuals of rows, and which of their numbers there are. Pure.

A frame has a bitmap for each row with gaps, then one for each row of what is not 0, then the words of all rows, their
lowest bytes first. Here many frames lie end to end, and rows are counted over all of them, frame by frame.
"""

from typing import cast

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from zeropoint.history.blocks import BlockError
from zeropoint.history.rows import Bits, Bytes, Words

Indices = NDArray[np.intp]
WORD_BYTES = 8


class Frames:
    """Of f frames with m rows of `count` numbers each: `content` is all of them, `sizes` (f,) are in bytes, `widths`
    (f,) those of a word; `frame_of` (m,) ascends, `gaps` (m,) are the rows that have some. Raises BlockError where
    these do not fit one another."""

    def __init__(
        self, content: Bytes, sizes: Indices, widths: Indices, frame_of: Indices, gaps: Bits, *, count: int
    ) -> None:
        self._content, self._widths, self._frame_of, self._count = content, widths, frame_of, count
        rows, gap_rows = (np.bincount(some, minlength=len(sizes)) for some in (frame_of, frame_of[gaps]))
        length = (count + 7) // 8
        starts, ends = starts_of(sizes), sizes.cumsum()
        changed_at = starts + gap_rows * length
        words_at = changed_at + rows * length
        if (words_at > ends).any() or widths.max() > WORD_BYTES:
            raise BlockError("it is damaged")
        firsts = starts_of(rows)
        self._present_at = starts[frame_of] + (starts_of(gaps) - starts_of(gap_rows)[frame_of]) * length
        places = changed_at[frame_of] + (np.arange(len(frame_of)) - firsts[frame_of]) * length
        # A bitmap at each byte; those of our rows are taken.
        self._bitmaps = sliding_window_view(content, length)
        self._changed = self._bitmaps[places]
        # How many words each row has, each frame, and where they begin.
        self._words = np.bitwise_count(self._changed).sum(axis=1, dtype=np.intp)
        self._totals = np.add.reduceat(self._words, firsts)
        if (words_at + widths * self._totals != ends).any():
            raise BlockError("it is damaged")
        self._words_at = (words_at - starts_of(self._totals))[frame_of] + starts_of(self._words)

    def residuals(self, rows: Indices) -> Words:
        """(k, count) of k rows."""
        bits = np.unpackbits(self._changed[rows], axis=1, count=self._count).view(np.bool_)
        residuals = np.zeros(bits.shape, np.uint64)
        counts, frame = self._words[rows], self._frame_of[rows]
        lowest = np.arange(counts.sum()) + (self._words_at[rows] - starts_of(counts)).repeat(counts)
        steps, widths = self._totals[frame].repeat(counts), self._widths[frame]
        words = np.zeros((len(lowest), WORD_BYTES), np.uint8)
        for place in range(int(widths.max())):
            # Of narrower words it is a byte of what comes after them, or the last one.
            plane = self._content.take(lowest + place * steps, mode="clip")
            words[:, place] = plane if widths.min() > place else plane * (widths > place).repeat(counts)
        residuals[bits] = words.view("<u8")[:, 0]
        return residuals

    def present(self, rows: Indices) -> Bits:
        """Which numbers there are, (k, count), of k rows that have gaps."""
        return np.unpackbits(self._bitmaps[self._present_at[rows]], axis=1, count=self._count).view(np.bool_)


def starts_of(sizes: NDArray[np.integer] | Bits) -> Indices:
    """Where each begins, of parts that follow each other."""
    return cast("Indices", sizes.cumsum(dtype=np.intp) - sizes)
