"""The values of some series out of many blocks at once. Pure.

What numpy takes for a call is as much as for a hundred numbers, and a block has few of a series: so the columns of all
blocks' headers are put end to end, and likewise the frames in which the wanted rows are, each of which is unpacked
once. Blocks may have other series, rows and frames than each other; those of as many times are read together.

A row's number is its place among the rows of all blocks, a frame's that among the frames.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history.blocks import GAPS, Block, BlockError, told, unpacked
from zeropoint.history.rows import SAME, Bits, Bytes, Floats, Rows, nothing, put_together

Indices = NDArray[np.intp]
WORD_BYTES = 8


class Wanted(Struct, frozen=True):
    """Rows to be read: the blocks in which they are, their numbers, and the places among those asked for; (w,)."""

    blocks: Indices
    rows: Indices
    places: Indices


def select(blocks: Sequence[Block], ids: NDArray[np.uint32]) -> list[Floats]:
    """Of each block the planes of these series, (planes, k, n) in the order of `ids`; NaN for one that is not there.
    Raises BlockError where any of them is damaged."""
    alike: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, block in enumerate(blocks):
        alike[block.count, block.planes].append(place)
    found: dict[int, Floats] = {}
    with told():
        for (count, planes), places in alike.items():
            rows = _Batch([blocks[place] for place in places]).rows(ids)
            values = put_together(rows).reshape(len(places), planes, len(ids), count)
            found.update(zip(places, values, strict=True))
    return [found[place] for place in range(len(blocks))]


class _Batch:
    """Blocks of equal numbers of times and planes, with their columns end to end."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._count, self._planes = blocks[0].count, blocks[0].planes
        columns = [b"".join(parts) for parts in zip(*(block.columns for block in blocks), strict=True)]
        _, bases, ids, frame_of, kinds, digits, sizes, packed, widths = columns
        self._bases, self._kinds, self._digits = (np.frombuffer(one, np.uint8) for one in (bases, kinds, digits))
        self._sizes, self._packed, self._widths = (
            np.frombuffer(one, "<u4").astype(np.intp) for one in (sizes, packed, widths)
        )
        self._series = np.array([block.series for block in blocks], np.intp)
        self._first_series = _before(self._series)
        self._rows, self._first_row = self._series * self._planes, self._first_series * self._planes
        frames = np.array([block.frames for block in blocks], np.intp)
        self._first_frame = _before(frames)
        self._ids = self._whole_ids(np.frombuffer(ids, "<u4"))
        self._frame_of = np.frombuffer(frame_of, "<u2").astype(np.intp)
        if (self._frame_of > frames.repeat(self._rows)).any():
            raise BlockError("it is damaged")

    def rows(self, ids: NDArray[np.uint32]) -> Rows:
        """Block by block, in each plane by plane, in these the series in the order of `ids`."""
        into = nothing(len(self._blocks) * self._planes * len(ids), self._count)
        wanted = self._find(ids)
        rows, places = wanted.rows, wanted.places
        kinds = self._kinds[rows]
        into.kinds[places], into.digits[places] = kinds % GAPS, self._digits[rows]
        into.bases[places] = self._bases_of(wanted.blocks, rows)
        framed = self._frame_of[rows].nonzero()[0]
        if framed.size:
            self._put_frames(Wanted(wanted.blocks[framed], rows[framed], places[framed]), into)
        return into

    def _whole_ids(self, differences: NDArray[np.uint32]) -> NDArray[np.uint64]:
        """Each series' id behind the number of its block: ascending over all."""
        sums = differences.cumsum(dtype=np.uint32)
        before = np.append(np.uint32(0), sums)[self._first_series]
        numbers = np.arange(len(self._blocks), dtype=np.uint64).repeat(self._series)
        whole: NDArray[np.uint64] = (numbers << np.uint64(32)) | (sums - before.repeat(self._series)).astype(np.uint64)
        return whole

    def _find(self, ids: NDArray[np.uint32]) -> Wanted:
        """The rows of these series that there are; instead of one that is the same as an earlier one, that."""
        numbers = np.arange(len(self._blocks), dtype=np.uint64)[:, None]
        keys = (numbers << np.uint64(32)) | ids.astype(np.uint64)
        series = self._ids.searchsorted(keys)
        known = np.append(self._ids, np.uint64(2**64 - 1))[series] == keys
        blocks, asked = known.nonzero()
        planes = np.arange(self._planes)[:, None]
        own = series[known] - self._first_series[blocks] + planes * self._series[blocks]
        places = (blocks * self._planes + planes) * len(ids) + asked
        blocks = np.broadcast_to(blocks, own.shape).ravel()
        rows = own.ravel() + self._first_row[blocks]
        same = (self._kinds[rows] == SAME).nonzero()[0]
        if same.size:
            within = blocks[same]
            earlier = self._bases_of(within, rows[same])
            if ((earlier < 0) | (earlier >= self._rows[within])).any():
                raise BlockError("it is damaged")
            rows[same] = self._first_row[within] + earlier
        return Wanted(blocks, rows, places.ravel())

    def _bases_of(self, blocks: Indices, rows: Indices) -> NDArray[np.int64]:
        """Of each block's bases the lowest bytes come first, then all second ones ..."""
        starts = (WORD_BYTES - 1) * self._first_row[blocks] + rows
        words = self._bases[starts[:, None] + self._rows[blocks, None] * np.arange(WORD_BYTES)]
        bases: NDArray[np.int64] = words.view("<i8")[:, 0]
        return bases

    def _put_frames(self, wanted: Wanted, into: Rows) -> None:
        """Residuals, and what is missing, of rows that are in frames."""
        all_frames = self._frame_of + (self._first_frame - 1).repeat(self._rows)
        frames, frame = np.unique(all_frames[wanted.rows], return_inverse=True)
        # All rows of these frames, frame by frame.
        slots = np.full(len(self._sizes) + 1, -1, np.intp)
        slots[frames] = np.arange(len(frames))
        members = (self._frame_of.astype(np.bool_) & (slots[all_frames] >= 0)).nonzero()[0]
        slot = slots[all_frames[members]]
        order = slot.argsort(kind="stable")
        members, slot = members[order], slot[order]
        place = np.empty(len(all_frames), np.intp)
        place[members] = np.arange(len(members))
        own = place[wanted.rows]

        gaps = self._kinds[members] >= GAPS
        counts, gap_counts = np.bincount(slot, minlength=len(frames)), np.bincount(slot[gaps], minlength=len(frames))
        sizes, widths = self._sizes[frames], self._widths[frames]
        width_bytes = (self._count + 7) // 8
        starts = _before(sizes)
        changed_at = starts + gap_counts * width_bytes
        words_at = changed_at + counts * width_bytes
        if (words_at > starts + sizes).any() or widths.max() > WORD_BYTES:
            raise BlockError("it is damaged")
        content = self._contents(frames, sizes)

        bytes_of = np.arange(width_bytes)
        changed_of = changed_at[slot] + (np.arange(len(members)) - _before(counts)[slot]) * width_bytes
        changed = content[changed_of[:, None] + bytes_of]
        words = np.bitwise_count(changed).sum(axis=1, dtype=np.intp)
        before = _before(words)
        ends = np.append(before, words.sum())[np.append(_before(counts), len(members))]
        totals = np.diff(ends)
        if (words_at + widths * totals != starts + sizes).any():
            raise BlockError("it is damaged")

        bits = _bits(changed[own], self._count)
        residuals = np.zeros(bits.shape, np.uint64)
        first = words_at[frame] + before[own] - ends[frame]
        residuals[bits] = _words(content, first, words[own], totals[frame], widths[frame])
        into.residuals[wanted.places] = residuals

        gone = gaps[own].nonzero()[0]
        if gone.size:
            gap = _before(gaps.astype(np.intp))[own[gone]] - _before(gap_counts)[frame[gone]]
            present_of = starts[frame[gone]] + gap * width_bytes
            into.present[wanted.places[gone]] = _bits(content[present_of[:, None] + bytes_of], self._count)

    def _contents(self, frames: Indices, sizes: Indices) -> Bytes:
        blocks = self._first_frame.searchsorted(frames, side="right") - 1
        before = _before(self._packed)
        firsts = before[frames] - before[self._first_frame[blocks]]
        contents = []
        for number, first, packed, size in zip(
            blocks.tolist(), firsts.tolist(), self._packed[frames].tolist(), sizes.tolist(), strict=True
        ):
            block = self._blocks[number]
            start = block.first_frame + first
            contents.append(unpacked(block.content[start : start + packed], size))
        return np.frombuffer(b"".join(contents), np.uint8)


def _words(content: Bytes, firsts: Indices, counts: Indices, totals: Indices, widths: Indices) -> NDArray[np.uint64]:
    """The words of rows, one after the other: a row has `counts` of them, the lowest byte of its first one lies at
    `firsts`, and each next byte of a word `totals` further."""
    each = np.arange(counts.sum()) + (firsts - _before(counts)).repeat(counts)
    steps = totals.repeat(counts)
    words = np.zeros((len(each), WORD_BYTES), np.uint8)
    for width in range(int(widths.max())):
        wide = slice(None) if widths.min() > width else (widths > width).repeat(counts)
        words[wide, width] = content[each[wide] + width * steps[wide]]
    return words.view("<u8")[:, 0]


def _before(sizes: Indices) -> Indices:
    """How much comes before each."""
    return sizes.cumsum() - sizes


def _bits(bitmaps: Bytes, count: int) -> Bits:
    return np.unpackbits(bitmaps, axis=1, count=count).view(np.bool_)
