"""What the journal's file holds: the newest samples a row each, those before in blocks of a minute."""

import zlib
from collections.abc import Sequence

import cramjam
import msgspec
from msgspec import Struct

from zeropoint.history.database import Schema

FILE = "journal.db"
# A position is the place in the order of writing, over all epochs: those of rows are above those of blocks. `pruned`
# tells of epochs that are gone from here how far they went, so that what a reader missed can be counted.
SCHEMA = Schema(
    version=1,
    sql="""
    CREATE TABLE rows(
        position INTEGER PRIMARY KEY, epoch TEXT NOT NULL, sequence INTEGER NOT NULL, time_ms INTEGER NOT NULL,
        interval_ms INTEGER NOT NULL, missed INTEGER NOT NULL, crc INTEGER NOT NULL, payload BLOB NOT NULL
    ) STRICT;
    CREATE TABLE blocks(
        position INTEGER PRIMARY KEY, last_position INTEGER NOT NULL, epoch TEXT NOT NULL,
        first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL,
        first_time_ms INTEGER NOT NULL, last_time_ms INTEGER NOT NULL, crc INTEGER NOT NULL, content BLOB NOT NULL
    ) STRICT;
    CREATE INDEX blocks_by_sequence ON blocks(epoch, last_sequence);
    CREATE INDEX blocks_by_time ON blocks(first_time_ms, last_time_ms);
    CREATE TABLE pruned(epoch TEXT PRIMARY KEY, position INTEGER NOT NULL, last_sequence INTEGER NOT NULL) STRICT
    """,
)
# 60 samples of 32 KB: 748 bytes each in 2 ms, at level 3 784 in 4 ms.
COMPRESSION_LEVEL = 2


class Entry(Struct, frozen=True, array_like=True, gc=False):
    """One sample as it lies in the journal; the order of the fields is that of the blocks' content."""

    position: int
    sequence: int
    time_ms: int
    interval_ms: int
    missed: int
    payload: bytes


class DamagedError(Exception):
    """A row or a block is not what was written."""


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Entry])


def crc_of(epoch: str, entry: Entry) -> int:
    """The check of a row: SQLite has none of its own on what a page holds."""
    head = f"{entry.position} {epoch} {entry.sequence} {entry.time_ms} {entry.interval_ms} {entry.missed}"
    return zlib.crc32(entry.payload, zlib.crc32(head.encode()))


def pack(entries: Sequence[Entry]) -> bytes:
    """The content of a block."""
    return bytes(cramjam.zstd.compress(_ENCODER.encode(entries), level=COMPRESSION_LEVEL))


def block_crc(epoch: str, content: bytes) -> int:
    return zlib.crc32(content, zlib.crc32(epoch.encode()))


def place_of(epoch: str, entries: Sequence[Entry]) -> tuple[int, int, str, int, int, int, int]:
    """The columns of a block that tell what is in it: positions, epoch, sequences and times, the first and the last."""
    times = [entry.time_ms for entry in entries]
    first, last = entries[0], entries[-1]
    return (first.position, last.position, epoch, first.sequence, last.sequence, min(times), max(times))


def unpack(epoch: str, content: bytes, crc: int) -> list[Entry]:
    """The samples of a block. Raises DamagedError."""
    if block_crc(epoch, content) != crc:
        raise DamagedError("a block's check fails")
    try:
        return _DECODER.decode(bytes(cramjam.zstd.decompress(content)))
    except (cramjam.DecompressionError, msgspec.MsgspecError) as error:
        raise DamagedError("a block's content is no block") from error
