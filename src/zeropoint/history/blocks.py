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
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from zeropoint.history.rows import VALUE, Bytes, Floats, Ints, Rows, take_apart

MAGIC = b"ZPB1"
CRC = struct.Struct("<I")
HEAD = struct.Struct("<HIBHII")
LEVEL = 6
RAW = -zlib.MAX_WBITS  # deflate without a checksum of its own, RFC 1951
FRAME_VALUES = 4096
# A block of deflate that is not compressed: whether it is the last, its length, and that inverted; RFC 1951, 3.2.4.
STORED = struct.Struct("<BHH")
DENSE_BYTES, DENSE_SHARE = 128, 0.97
# Deflate makes nothing longer than this by its nature.
DEFLATE_RATIO = 1032
# Of one series in one block, and of a whole one: more is no block of ours.
MOST_TIMES, MOST_NUMBERS = 4096, 1 << 28
# Series come and go, and each number of them makes headers of another form.
MOST_HEADERS = 256
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
    frames: list[list[bytes]] = []
    widths = []
    for width, some in _alike(rows, len(ids), max(1, FRAME_VALUES // max(1, len(times_ms)))):
        words = rows.residuals[some][changed[some]]
        bitmaps = (np.packbits(bits, axis=1).tobytes() for bits in (rows.present[some[with_gaps[some]]], changed[some]))
        frames.append([b"".join(bitmaps), *(plane.tobytes() for plane in _shuffled(words)[:width])])
        widths.append(width)
        frame_of[some] = len(frames)
    packed = [_packed(frame) for frame in frames]
    sizes = [sum(map(len, frame)) for frame in frames]
    header = b"".join(
        (
            np.diff(times_ms, prepend=0).astype("<i8").tobytes(),
            _shuffled(rows.bases).tobytes(),
            np.diff(ids.astype("<u4"), prepend=np.uint32(0)).astype("<u4").tobytes(),
            frame_of.astype("<u2").tobytes(),
            (rows.kinds + GAPS * with_gaps.astype(np.uint8)).tobytes(),
            rows.digits.tobytes(),
            np.array([sizes, [*map(len, packed)], widths], "<u4").tobytes(),
        )
    )
    packed_header = _packed([header])
    head = HEAD.pack(len(times_ms), len(ids), len(planes), len(frames), len(header), len(packed_header))
    body = b"".join((head, packed_header, *packed))
    return MAGIC + CRC.pack(zlib.crc32(body)) + body


class Block:
    """A block that is read: its times and ids at once, its frames as they are asked for; block_values.py has its rows.

    `columns` are the header's, for n times, m series, r rows and f frames: times (n), bases (8, r) in bytes, ids (m),
    each row's frame, kind and digits (r), sizes of frames, their sizes packed and widths (f).
    """

    def __init__(self, content: bytes) -> None:
        """Raises BlockError."""
        with told():
            self._read(content)

    def _read(self, content: bytes) -> None:
        start = len(MAGIC) + CRC.size
        if content[: len(MAGIC)] != MAGIC or zlib.crc32(content[start:]) != CRC.unpack_from(content, len(MAGIC))[0]:
            raise BlockError("it is damaged")
        self.count, self.series, self.planes, self.frames, size, packed_size = HEAD.unpack_from(content, start)
        if self.count > MOST_TIMES or self.count * self.series * self.planes > MOST_NUMBERS:
            raise BlockError("it is larger than any block")
        start += HEAD.size
        self._content, self.first_frame = content, start + packed_size
        self._unpacked: dict[int, bytes] = {}
        header = unpacked(content[start : self.first_frame], size)
        self.columns: tuple[bytes, ...] = _header(self.count, self.series, self.planes, self.frames).unpack(header)
        self.times_ms: Ints = np.frombuffer(self.columns[0], "<i8").cumsum()
        # What it takes of memory when all frames were asked for.
        self.size_bytes = (
            len(content) + size + self.times_ms.nbytes + sum(struct.unpack(f"<{self.frames}I", self.columns[6]))
        )

    def frame(self, first: int, packed_bytes: int, size_bytes: int) -> bytes:
        """What is in the frame that begins at a byte behind the header; it is kept. Raises BlockError."""
        found = self._unpacked.get(first)
        if found is None:
            start = self.first_frame + first
            found = self._unpacked[first] = unpacked(self._content[start : start + packed_bytes], size_bytes)
        return found

    @property
    def ids(self) -> NDArray[np.uint32]:
        return np.frombuffer(self.columns[2], "<u4").cumsum(dtype=np.uint32)


@lru_cache(MOST_HEADERS)
def _header(count: int, series: int, planes: int, frames: int) -> struct.Struct:
    rows = series * planes
    sizes = (8 * count, 8 * rows, 4 * series, 2 * rows, rows, rows, 4 * frames, 4 * frames, 4 * frames)
    return struct.Struct("".join(f"{size}s" for size in sizes))


@contextmanager
def told() -> Iterator[None]:
    try:
        yield
    except (ValueError, IndexError, TypeError, OverflowError, MemoryError, struct.error, zlib.error) as error:
        raise BlockError("it is damaged") from error


def _alike(rows: Rows, series: int, most: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Widths in bytes and the numbers of rows whose residuals are that wide, at most so many at a time: all planes of a
    series together, since they are read together."""
    highest = rows.residuals.max(axis=1, initial=0)
    widths = sum((highest > (1 << 8 * size) - 1).astype(np.intp) for size in range(8))
    widths = np.where(rows.kinds >= VALUE, widths, -1)
    for width in sorted({*widths.tolist()} - {-1}):
        some = np.flatnonzero(widths == width)
        some = some[np.argsort(some % series, kind="stable")]
        for first in range(0, len(some), most):
            yield width, np.sort(some[first : first + most])


def _shuffled(words: NDArray[np.generic]) -> Bytes:
    """(k,) integers of s bytes as (s, k): all lowest bytes, then all second ones ..."""
    size = words.dtype.itemsize
    return np.ascontiguousarray(words.astype(words.dtype.newbyteorder("<"))).view(np.uint8).reshape(-1, size).T


def _packed(parts: Sequence[bytes]) -> bytes:
    """One stream of deflate. A part that it makes hardly shorter is stored as it is, as the lowest bytes are of what is
    measured: to inflate such bytes takes longer than all others, and these are packed better without them."""
    runs = [(dense, b"".join(run)) for dense, run in groupby(parts, _is_dense)]
    return b"".join(_run(content, dense, number == len(runs)) for number, (dense, content) in enumerate(runs, 1))


def _run(content: bytes, dense: bool, is_last: bool) -> bytes:
    """Blocks of deflate that begin and end with a byte."""
    if dense:
        return STORED.pack(is_last, len(content), 0xFFFF - len(content)) + content
    return _deflated(content, zlib.Z_FINISH if is_last else zlib.Z_SYNC_FLUSH)


def _is_dense(content: bytes) -> bool:
    return len(content) >= DENSE_BYTES and len(_deflated(content, zlib.Z_FINISH)) > DENSE_SHARE * len(content)


def _deflated(content: bytes, flush: int) -> bytes:
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
    return deflate.compress(content) + deflate.flush(flush)


def unpacked(content: bytes, size: int) -> bytes:
    """What was packed. Raises BlockError where it is not so long."""
    if size > DEFLATE_RATIO * len(content):
        raise BlockError("it is not as long as it says")
    # All at once: a decompressobj would keep 32 KiB to go on with, which takes as long again.
    whole = zlib.decompress(content, RAW, size + 1)
    if len(whole) != size:
        raise BlockError("it is not as long as it says")
    return whole
