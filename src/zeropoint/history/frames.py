"""What is in the frames of blocks: the residuals of rows, and which of their numbers there are. Pure.

A frame has a bitmap for each row with gaps, then one for each row of what is not 0, then the words of all rows, their
lowest bytes first. Here many frames lie end to end, and rows are counted over all of them, frame by frame.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from zeropoint.history.blocks import BlockError
from zeropoint.history.rows import Bits, Words

Indices = NDArray[np.intp]
WORD_BYTES = 8


class Frames:
    """Of f frames with m rows: `sizes` (f,) of frames and `widths` (f,) of their words are in bytes, `counts` (f,) are
    how many numbers their rows have, at most `most`; `frame_of` (m,) ascends, `gaps` (m,) are the rows that have some.
    Raises BlockError where these do not fit one another."""

    def __init__(
        self,
        contents: Sequence[bytes],
        most: int,
        *,
        sizes: Indices,
        widths: Indices,
        counts: Indices,
        frame_of: Indices,
        gaps: Bits,
    ) -> None:
        self._widths, self._frame_of, self._most = widths, frame_of, most
        rows, gap_rows = (np.bincount(some, minlength=len(sizes)) for some in (frame_of, frame_of[gaps]))
        lengths = (counts + 7) // 8
        starts, ends = starts_of(sizes), sizes.cumsum()
        changed_at = starts + gap_rows * lengths
        words_at = changed_at + rows * lengths
        if (words_at > ends).any() or widths.max() > WORD_BYTES:
            raise BlockError("it is damaged")
        firsts = starts_of(rows)
        own = lengths[frame_of]
        self._present_at = starts[frame_of] + (starts_of(gaps) - starts_of(gap_rows)[frame_of]) * own
        places = changed_at[frame_of] + (np.arange(len(frame_of)) - firsts[frame_of]) * own
        # The longest bitmap at each byte, also the last: ours are taken, and shorter ones cut off.
        longest = (most + 7) // 8
        self._content = np.frombuffer(b"".join((*contents, bytes(longest))), np.uint8)
        self._bitmaps = sliding_window_view(self._content, longest)
        self._changed = self._bitmaps[places]
        if counts.min() < most:
            self._changed &= np.packbits(np.arange(most) < counts[:, None], axis=1)[frame_of]
        # How many words each row has, each frame, and where they begin.
        self._words = np.bitwise_count(self._changed).sum(axis=1, dtype=np.intp)
        self._totals = np.add.reduceat(self._words, firsts)
        if (words_at + widths * self._totals != ends).any():
            raise BlockError("it is damaged")
        self._words_at = (words_at - starts_of(self._totals))[frame_of] + starts_of(self._words)

    def residuals(self, rows: Indices) -> Words:
        """(k, most) of k rows; 0 behind the numbers of shorter ones."""
        bits = np.unpackbits(self._changed[rows], axis=1, count=self._most).view(np.bool_)
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
        """Which numbers there are, (k, most), of k rows that have gaps; anything behind the numbers of shorter ones."""
        return np.unpackbits(self._bitmaps[self._present_at[rows]], axis=1, count=self._most).view(np.bool_)


def starts_of(sizes: NDArray[np.integer] | Bits) -> Indices:
    """Where each begins, of parts that follow each other."""
    return cast("Indices", sizes.cumsum(dtype=np.intp) - sizes)
