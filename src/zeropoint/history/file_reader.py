"""Blocks of the tiers' files for those who read: connections that stay open, and blocks that were unpacked lately."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import apsw
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history.block_values import select
from zeropoint.history.blocks import Block, BlockError
from zeropoint.history.fault import Fault, Kind
from zeropoint.history.held_file import HeldFile
from zeropoint.history.recent import Recent
from zeropoint.history.rows import Floats, Ints
from zeropoint.history.series_file import Row, contents_of, ids_of, numbers, rows_between
from zeropoint.history.tiers import KINDS, SCHEMA, TierFile

MOST_OPEN = 12
# Who looks at a chart asks for the same values again and again: an hour of 60 series takes 1.7 MB. A page with many
# charts asks the same blocks for one series after the other: on a busy machine those of a day take 8 MB, of minutes.
VALUES_BYTES, BLOCKS_BYTES = 4 * 1024 * 1024, 12 * 1024 * 1024
CACHED_SERIES = 64
# How many values are unpacked at a time, the work takes some 60 bytes for each; and of how many blocks, whose headers
# take 20 bytes for each series that they have.
BATCH_VALUES, BATCH_BLOCKS = 1 << 18, 128

# A file that is damaged, of a newer version or cannot be read costs what is in it, and nothing else.
PASSED_OVER: frozenset[Kind] = frozenset({"damaged", "newer", "io", "permission"})

T = TypeVar("T")
# The number of the file and that of the block in it.
Key = tuple[int, int]


class Values(Struct, frozen=True, gc=False):
    """What a block has of the series that were asked for: times (n,), and planes (planes, k, n)."""

    times_ms: Ints
    planes: Floats
    interval_ms: int


class Told(Struct, frozen=True):
    """What a file said when it was at a version, which SQLite counts for each connection."""

    version: object
    what: Any


class FileReader:
    """Used on one thread. `doubt` is called with a file that is damaged, or has a block that is."""

    def __init__(self, doubt: Callable[[Path], None] = lambda path: None) -> None:
        self._doubt = doubt
        self._files: OrderedDict[Path, HeldFile] = OrderedDict()
        self._values: Recent[tuple[tuple[str, ...], Key], Values] = Recent(VALUES_BYTES, lambda one: one.planes.nbytes)
        self._blocks: Recent[Key, Block] = Recent(BLOCKS_BYTES, lambda one: one.size_bytes)

    @contextmanager
    def open(self, file: TierFile) -> Iterator[apsw.Connection | None]:
        """A view of the file that does not change meanwhile; None where there is none. Raises Fault."""
        try:
            with self._kept(file.path).reading() as connection:
                yield connection
        except Fault as fault:
            if fault.kind == "damaged":
                self._doubt(fault.path)
            raise

    def look(self, file: TierFile, look: Callable[[apsw.Connection], T], nothing: T) -> T:
        """What `look` says of a file. `nothing` where there is no file, or one that is passed over. Raises Fault."""
        try:
            with self.open(file) as connection:
                return nothing if connection is None else look(connection)
        except Fault as fault:
            if fault.kind not in PASSED_OVER:
                raise
            return nothing

    def look_once(self, file: TierFile, look: Callable[[apsw.Connection], T], nothing: T) -> T:
        """The same, of something small: it is kept, and asked again when the file has changed."""

        def kept(connection: apsw.Connection) -> T:
            told, version = self._files[file.path].notes, connection.pragma("data_version")
            known = told.get(look)
            if known is None or known.version != version:
                known = told[look] = Told(version, look(connection))
            found: T = known.what
            return found

        return self.look(file, kept, nothing)

    def blocks(
        self, file: TierFile, names: tuple[str, ...], from_ms: int, to_ms: int
    ) -> tuple[list[Values], list[Row]]:
        """What the blocks that touch [from_ms, to_ms) have of these series, in the order of their times; and the rows
        of blocks that are damaged. Raises Fault."""
        with self.open(file) as connection:
            if connection is None:
                return [], []
            number = self._files[file.path].number
            found = rows_between(connection, from_ms - KINDS[file.tier].block_ms, to_ms)
            rows = [row for row in found if row.end_ms >= from_ms]
            known = ((row.id, self._values.get((names, (number, row.id)))) for row in rows)
            values = {id: one for id, one in known if one is not None}
            lacking = [row for row in rows if row.id not in values]
            wanted = numbers(names, ids_of(connection, names) if lacking else {})
            kind = KINDS[file.tier]
            size = min(BATCH_BLOCKS, max(1, BATCH_VALUES // (kind.planes * kind.rows * max(1, len(names)))))
            for first in range(0, len(lacking), size):
                blocks = self._whole(connection, number, lacking[first : first + size], kind.planes)
                for (row, block), planes_of_row in _selected(blocks, wanted):
                    values[row.id] = unpacked = Values(block.times_ms, planes_of_row, row.interval_ms)
                    if len(names) <= CACHED_SERIES:
                        self._values.keep((names, (number, row.id)), unpacked)
        damaged = [row for row in rows if row.id not in values]
        if damaged:
            self._doubt(file.path)
        return [values[row.id] for row in rows if row.id in values], damaged

    def forget(self) -> None:
        """Lets go of files that are gone, or that another one took the place of."""
        for kept in self._files.values():
            kept.close_gone()

    def close(self) -> None:
        for kept in self._files.values():
            kept.close()
        self._files.clear()
        self._values.clear()
        self._blocks.clear()

    def _kept(self, path: Path) -> HeldFile:
        """Of those that are open the one that was read last stays longest."""
        kept = self._files.pop(path) if path in self._files else HeldFile(path, SCHEMA)
        self._files[path] = kept
        while len(self._files) > MOST_OPEN:
            _, oldest = self._files.popitem(last=False)
            oldest.close()
        return kept

    def _whole(
        self, connection: apsw.Connection, number: int, rows: Sequence[Row], planes: int
    ) -> list[tuple[Row, Block]]:
        """Those blocks that are whole."""
        known = {row.id: self._blocks.get((number, row.id)) for row in rows}
        contents = contents_of(connection, [id for id, block in known.items() if block is None])
        found = []
        for row in rows:
            block = known[row.id]
            if block is None:
                block = _whole_block(contents.get(row.id, b""), row, planes)
                if block is None:
                    continue
                self._blocks.keep((number, row.id), block)
            found.append((row, block))
        return found


def _whole_block(content: bytes, row: Row, planes: int) -> Block | None:
    try:
        block = Block(content)
    except BlockError:
        return None
    times_ms = block.times_ms
    is_whole = block.planes == planes and block.count and (times_ms[0], times_ms[-1]) == (row.start_ms, row.end_ms)
    return block if is_whole else None


def _selected(
    blocks: Sequence[tuple[Row, Block]], wanted: NDArray[np.uint32]
) -> Iterator[tuple[tuple[Row, Block], Floats]]:
    """All at once; one by one where one of them is no block for all its checksum, which costs that one alone."""
    try:
        found = select([block for _, block in blocks], wanted)
    except BlockError:
        for one in blocks:
            with suppress(BlockError):
                yield one, select([one[1]], wanted)[0]
        return
    for one, values in zip(blocks, found, strict=True):
        # A copy, which does not keep all others in memory.
        yield one, values.copy()
