"""The codec of a block: many series at the same times, as bytes. Pure, and exact to the bit.

A row is a series in a plane (values; or mean, min, max and count); rows.py makes small integers of it. Of these a
bitmap tells which are not 0, and they are kept as bytes, all lowest bytes first (byte shuffle), in deflated frames. A
frame holds rows whose integers are equally wide, some 4,096 numbers of them, so that one series can be read without
all others. Where numbers are missing (NaN), a second bitmap tells which are there.

    magic, crc32 of all that follows, | n, m, planes, frames, size of the header and of it packed, | header, frames

Little-endian. The header, deflated too, has columns: differences of times, bases of rows (shuffled), differences of
ids, each row's frame (counted from 1), kind and digits, and each frame's size, its size packed and the width of its
integers in bytes. Deflate, since at these sizes it packs 3 % better than zstd, which takes 9 us a call before anything
is unpacked.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from zeropoint.history.rows import SAME, VALUE, Bits, Bytes, Floats, Ints, Rows, nothing, put_together, take_apart

MAGIC = b"ZPB1"
CRC = struct.Struct("<I")
HEAD = struct.Struct("<HIBHII")
LEVEL = 6
RAW = -zlib.MAX_WBITS  # deflate without a checksum of its own, RFC 1951
FRAME_VALUES = 4096
# Of one series in one block, and of a whole one: more is no block of ours.
MOST_TIMES, MOST_NUMBERS = 4096, 1 << 28
# Added to the kind of a row that has missing numbers.
GAPS = 8


class BlockError(Exception):
    """These bytes are no block, or not as they were written."""


def encode(times_ms: Ints, ids: NDArray[np.uint32], planes: Sequence[Floats]) -> bytes:
    """Of n ascending times, m ascending ids of series, and planes (m, n)."""
    rows = take_apart(np.concatenate(planes))
    with_gaps = ~rows.present.all(axis=1) & (rows.kinds >= VALUE)
    changed = rows.residuals != 0
    frame_of = np.zeros(len(rows.kinds), np.uint16)
    frames, widths = [], []
    for width, some in _alike(rows, max(1, FRAME_VALUES // max(1, len(times_ms)))):
        words = rows.residuals[some][changed[some]]
        bitmaps = (np.packbits(bits, axis=1).tobytes() for bits in (rows.present[some[with_gaps[some]]], changed[some]))
        frames.append(b"".join((*bitmaps, _shuffled(words)[:width].tobytes())))
        widths.append(width)
        frame_of[some] = len(frames)
    packed = [_packed(frame) for frame in frames]
    header = b"".join(
        (
            np.diff(times_ms, prepend=0).astype("<i8").tobytes(),
            _shuffled(rows.bases).tobytes(),
            np.diff(ids.astype("<u4"), prepend=np.uint32(0)).astype("<u4").tobytes(),
            frame_of.astype("<u2").tobytes(),
            (rows.kinds + GAPS * with_gaps.astype(np.uint8)).tobytes(),
            rows.digits.tobytes(),
            np.array([[*map(len, frames)], [*map(len, packed)], widths], "<u4").tobytes(),
        )
    )
    packed_header = _packed(header)
    head = HEAD.pack(len(times_ms), len(ids), len(planes), len(frames), len(header), len(packed_header))
    body = b"".join((head, packed_header, *packed))
    return MAGIC + CRC.pack(zlib.crc32(body)) + body


class Block:
    """A block that is read: its times and ids at once; rows as they are asked for."""

    def __init__(self, content: bytes) -> None:
        """Raises BlockError."""
        with _told():
            self._read(content)

    def _read(self, content: bytes) -> None:
        start = len(MAGIC) + CRC.size
        if content[: len(MAGIC)] != MAGIC or zlib.crc32(content[start:]) != CRC.unpack_from(content, len(MAGIC))[0]:
            raise BlockError("it is damaged")
        count, series, planes, frames, size, packed_size = HEAD.unpack_from(content, start)
        if count > MOST_TIMES or count * series * planes > MOST_NUMBERS:
            raise BlockError("it is larger than any block")
        self.count, self.planes, self._content = count, planes, content
        start += HEAD.size
        header = _unpacked(content[start : start + packed_size], size)
        rows, at, columns = series * planes, 0, []
        for kind, length in (
            ("<i8", count),
            ("u1", 8 * rows),
            ("<u4", series),
            ("<u2", rows),
            ("u1", rows),
            ("u1", rows),
        ):
            columns.append(np.frombuffer(header, kind, length, at))
            at += columns[-1].nbytes
        self._frames = np.frombuffer(header, "<u4", offset=at).reshape(3, frames)
        self.times_ms: Ints = columns[0].cumsum()
        self.ids: NDArray[np.uint32] = columns[2].cumsum(dtype=np.uint32)
        self._bases = columns[1].reshape(8, rows)
        self._frame_of, self._kinds, self._digits = columns[3:]
        self._frame_ends = start + packed_size + self._frames[1].cumsum()

    def pick(self, ids: NDArray[np.uint32], into: Rows) -> None:
        """Puts the rows of these series into `into`, whose rows are those of a block where nothing is known: plane by
        plane, in each of them in the order of `ids`. Raises BlockError."""
        with _told():
            self._pick(ids, into)

    def _pick(self, ids: NDArray[np.uint32], into: Rows) -> None:
        found = self.ids.searchsorted(ids)
        known = np.flatnonzero(found < len(self.ids))
        known = known[self.ids[found[known]] == ids[known]]
        planes = np.arange(self.planes)[:, None]
        rows, places = (planes * len(self.ids) + found[known]).ravel(), (planes * len(ids) + known).ravel()
        same = self._kinds[rows] == SAME
        if same.any():
            rows[same] = _joined(self._bases[:, rows[same]])
        into.kinds[places] = self._kinds[rows] % GAPS
        into.digits[places] = self._digits[rows]
        into.bases[places] = _joined(self._bases[:, rows]).view(np.int64)
        frame_of = self._frame_of[rows]
        for frame in set(frame_of.tolist()) - {0}:
            within = frame_of == frame
            self._pick_of_frame(frame, rows[within], places[within], into)

    def _pick_of_frame(self, frame: int, rows: NDArray[np.intp], places: NDArray[np.intp], into: Rows) -> None:
        """Residuals, and what is missing, of rows that are in this frame, counted from 1."""
        size, packed_size, width = self._frames[:, frame - 1].tolist()
        end = int(self._frame_ends[frame - 1])
        content = _unpacked(self._content[end - packed_size : end], size)
        all_rows = (self._frame_of == frame).nonzero()[0]
        order = all_rows.searchsorted(rows)
        with_gaps = (self._kinds[all_rows] >= GAPS).nonzero()[0]
        present, content = self._bitmaps(content, len(with_gaps))
        changed, content = self._bitmaps(content, len(all_rows))
        if width:
            # A row's words follow those of the rows before it.
            counts = np.bitwise_count(changed).sum(axis=1, dtype=np.intp)
            own, ends = counts[order], counts.cumsum()[order]
            words = np.arange(own.sum()) + (ends - own.cumsum()).repeat(own)
            residuals = np.zeros((len(rows), self.count), np.uint64)
            residuals[self._bits(changed[order])] = _joined(content.reshape(width, -1)[:, words])
            into.residuals[places, : self.count] = residuals
        gone = (self._kinds[rows] >= GAPS).nonzero()[0]
        if gone.size:
            into.present[places[gone], : self.count] = self._bits(present[with_gaps.searchsorted(order[gone])])

    def _bitmaps(self, content: Bytes, rows: int) -> tuple[Bytes, Bytes]:
        """Those of so many rows, and what follows them."""
        size = (self.count + 7) // 8
        return content[: rows * size].reshape(rows, size), content[rows * size :]

    def _bits(self, bitmaps: Bytes) -> Bits:
        return np.unpackbits(bitmaps, axis=1, count=self.count).view(np.bool_)


def select(blocks: Sequence[Block], ids: NDArray[np.uint32]) -> list[Floats]:
    """Of each block the planes of these series, (planes, k, n) in the order of `ids`; NaN for one that is not there.
    All blocks have as many planes. Many at once are cheaper than one after the other. Raises BlockError."""
    longest, planes = max(block.count for block in blocks), blocks[0].planes
    rows = nothing(len(blocks) * planes * len(ids), longest)
    for block, some in zip(blocks, rows.split(len(blocks)), strict=True):
        block.pick(ids, some)
    with _told():
        values = put_together(rows).reshape(len(blocks), planes, len(ids), longest)
    return [some[:, :, : block.count] for some, block in zip(values, blocks, strict=True)]


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (ValueError, IndexError, TypeError, OverflowError, MemoryError, struct.error, zlib.error) as error:
        raise BlockError("it is damaged") from error


def _alike(rows: Rows, most: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Widths in bytes and the numbers of rows whose residuals are that wide, at most so many at a time."""
    highest = rows.residuals.max(axis=1, initial=0)
    widths = sum((highest > (1 << 8 * size) - 1).astype(np.intp) for size in range(8))
    widths = np.where(rows.kinds >= VALUE, widths, -1)
    for width in sorted({*widths.tolist()} - {-1}):
        some = np.flatnonzero(widths == width)
        for first in range(0, len(some), most):
            yield width, some[first : first + most]


def _shuffled(words: NDArray[np.generic]) -> Bytes:
    """(k,) integers of s bytes as (s, k): all lowest bytes, then all second ones ..."""
    size = words.dtype.itemsize
    return np.ascontiguousarray(words.astype(words.dtype.newbyteorder("<"))).view(np.uint8).reshape(-1, size).T


def _joined(planes: Bytes) -> NDArray[np.uint64]:
    """The inverse, as 64 bit."""
    words = np.zeros((planes.shape[1], 8), np.uint8)
    words[:, : len(planes)] = planes.T
    return words.view("<u8")[:, 0]


def _packed(content: bytes) -> bytes:
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
    return deflate.compress(content) + deflate.flush()


def _unpacked(content: bytes, size: int) -> Bytes:
    if size > 8 * MOST_NUMBERS:
        raise BlockError("it is larger than any block")
    inflate = zlib.decompressobj(RAW)
    whole = inflate.decompress(content, size + 1)
    if len(whole) != size:
        raise BlockError("it is not as long as it says")
    return np.frombuffer(whole, np.uint8)
