"""The values of some series out of many blocks at once. Pure.

What numpy takes for a call is as much as for a hundred numbers, and a block has few of a series: so the columns of all
blocks' headers are put end to end, and likewise the frames in which the wanted rows are, each of which is unpacked
once. Blocks may have other series, rows, frames and numbers of times than each other.

A row's number is its place among the rows of all blocks, a frame's that among the frames.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history.blocks import GAPS, Block, BlockError, told
from zeropoint.history.frames import WORD_BYTES, Frames, Indices, starts_of
from zeropoint.history.rows import SAME, Floats, Rows, nothing, put_together


class Wanted(Struct, frozen=True):
    """Rows to be read: the blocks in which they are, their numbers, and the places among those asked for; (w,)."""

    blocks: Indices
    rows: Indices
    places: Indices


def select(blocks: Sequence[Block], ids: NDArray[np.uint32]) -> list[Floats]:
    """Of each block the planes of these series, (planes, k, n) in the order of `ids`; NaN for one that is not there.
    Raises BlockError where any of them is damaged."""
    alike: dict[int, list[int]] = defaultdict(list)
    for place, block in enumerate(blocks):
        alike[block.planes].append(place)
    found: dict[int, Floats] = {}
    with told():
        for planes, places in alike.items():
            rows = _Batch([blocks[place] for place in places]).rows(ids)
            most = rows.residuals.shape[1]
            values = put_together(rows).reshape(len(places), planes, len(ids), most)
            found.update((place, one[..., : blocks[place].count]) for place, one in zip(places, values, strict=True))
    return [found[place] for place in range(len(blocks))]


class _Batch:
    """Blocks of equally many planes, with their columns end to end."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._planes = blocks[0].planes
        self._counts = np.array([block.count for block in blocks], np.intp)
        self._most = int(self._counts.max())
        columns = [b"".join(parts) for parts in zip(*(block.columns for block in blocks), strict=True)]
        _, bases, ids, frame_of, kinds, digits, sizes, packed, widths = columns
        self._bases, self._kinds, self._digits = (np.frombuffer(one, np.uint8) for one in (bases, kinds, digits))
        self._sizes, self._packed, self._widths = (
            np.frombuffer(one, "<u4").astype(np.intp) for one in (sizes, packed, widths)
        )
        self._series = np.array([block.series for block in blocks], np.intp)
        self._first_series = starts_of(self._series)
        self._rows, self._first_row = self._series * self._planes, self._first_series * self._planes
        frames = np.array([block.frames for block in blocks], np.intp)
        self._first_frame = starts_of(frames)
        self._ids = self._whole_ids(np.frombuffer(ids, "<u4"))
        self._frame_of = np.frombuffer(frame_of, "<u2").astype(np.intp)
        if (self._frame_of > frames.repeat(self._rows)).any():
            raise BlockError("it is damaged")

    def rows(self, ids: NDArray[np.uint32]) -> Rows:
        """Block by block, in each plane by plane, in these the series in the order of `ids`."""
        into = nothing(len(self._blocks) * self._planes * len(ids), self._most)
        wanted = self._find(ids)
        rows, places = wanted.rows, wanted.places
        kinds = self._kinds[rows]
        into.kinds[places], into.digits[places] = kinds % GAPS, self._digits[rows]
        into.bases[places] = self._bases_of(wanted.blocks, rows)
        framed = self._frame_of[rows].nonzero()[0]
        if framed.size:
            self._put_frames(rows[framed], places[framed], into)
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

    def _put_frames(self, rows: Indices, places: Indices, into: Rows) -> None:
        """Residuals, and what is missing, of rows that are in frames."""
        numbers = self._frame_of + (self._first_frame - 1).repeat(self._rows)
        frames = np.unique(numbers[rows])
        members, frame_of = self._members(numbers, frames)
        gaps, sizes = self._kinds[members] >= GAPS, self._sizes[frames]
        blocks = self._first_frame.searchsorted(frames, side="right") - 1
        unpacked_frames = Frames(
            self._contents(frames, blocks, sizes),
            self._most,
            sizes=sizes,
            widths=self._widths[frames],
            counts=self._counts[blocks],
            frame_of=frame_of,
            gaps=gaps,
        )
        place = np.empty(len(numbers), np.intp)
        place[members] = np.arange(len(members))
        own = place[rows]
        into.residuals[places] = unpacked_frames.residuals(own)
        gone = gaps[own].nonzero()[0]
        into.present[places[gone]] = unpacked_frames.present(own[gone])

    def _members(self, numbers: Indices, frames: Indices) -> tuple[Indices, Indices]:
        """All rows that are in these frames, frame by frame, and which of them each is in. `numbers` are each row's."""
        slots = np.full(len(self._sizes), -1, np.intp)
        slots[frames] = np.arange(len(frames))
        framed = self._frame_of.nonzero()[0]
        slot = slots[numbers[framed]]
        some = (slot >= 0).nonzero()[0]
        some = some[slot[some].argsort(kind="stable")]
        return framed[some], slot[some]

    def _contents(self, frames: Indices, blocks: Indices, sizes: Indices) -> list[bytes]:
        """What is in these frames; `blocks` are those that they are in."""
        before = starts_of(self._packed)
        firsts = before[frames] - before[self._first_frame[blocks]]
        places = zip(blocks.tolist(), firsts.tolist(), self._packed[frames].tolist(), sizes.tolist(), strict=True)
        return [self._blocks[number].frame(first, packed, size) for number, first, packed, size in places]
