"""Blocks of the tiers' files for those who read: connections that stay open, and blocks that were unpacked lately."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import apsw
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history import database
from zeropoint.history.block_values import select
from zeropoint.history.blocks import Block, BlockError
from zeropoint.history.fault import Fault, Kind, told_apart
from zeropoint.history.rows import Floats, Ints
from zeropoint.history.series_file import Row, contents_of, ids_of, numbers, rows_between
from zeropoint.history.tiers import KINDS, SCHEMA, TierFile

MOST_OPEN = 12
# Blocks are read once; SQLite would keep 2 MB of each file.
PAGES_KIB = 256
# Who looks at a chart asks for the same blocks again and again: an hour of 60 series takes 1.7 MB.
CACHE_BYTES = 8 * 1024 * 1024
CACHED_SERIES = 64
# How many values are unpacked at a time, the work takes some 60 bytes for each; and of how many blocks, whose headers
# take 20 bytes for each series that they have.
BATCH_VALUES, BATCH_BLOCKS = 1 << 18, 128

# A file that is damaged, of a newer version or cannot be read costs what is in it, and nothing else.
PASSED_OVER: frozenset[Kind] = frozenset({"damaged", "newer", "io", "permission"})

T = TypeVar("T")
Key = tuple[tuple[str, ...], Path, int, int]


class Values(Struct, frozen=True, gc=False):
    """What a block has of the series that were asked for: times (n,), and planes (planes, k, n)."""

    times_ms: Ints
    planes: Floats
    interval_ms: int


class Told(Struct, frozen=True):
    """What a file said when it was at a version, which SQLite counts for each connection."""

    version: object
    what: Any


class Opened(Struct, frozen=True):
    """`number` is another one each time that a file is opened: a new file may get the inode of one that is gone."""

    number: int
    inode: int
    connection: apsw.Connection
    told: dict[object, Told]


class FileReader:
    """Used on one thread. `doubt` is called with a file that is damaged, or has a block that is."""

    def __init__(self, doubt: Callable[[Path], None] = lambda path: None) -> None:
        self._doubt = doubt
        self._opened: OrderedDict[Path, Opened] = OrderedDict()
        self._openings = count()
        self._cache: OrderedDict[Key, Values] = OrderedDict()
        self._cached_bytes = 0

    @contextmanager
    def open(self, file: TierFile) -> Iterator[apsw.Connection | None]:
        """A view of the file that does not change meanwhile; None where there is none. Raises Fault."""
        try:
            opened = self._open(file.path)
        except FileNotFoundError:
            yield None
            return
        except Fault as fault:
            self._note(fault)
            raise
        try:
            with told_apart(file.path, opened.connection):
                opened.connection.execute("BEGIN")
                yield opened.connection
                opened.connection.execute("COMMIT")
        except BaseException as error:
            self._close(file.path)
            if isinstance(error, Fault):
                self._note(error)
            raise
        if isinstance(opened.connection, database.Fleeting):
            self._close(file.path)

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
            told, version = self._opened[file.path].told, connection.pragma("data_version")
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
            opening = self._opened[file.path].number
            found = rows_between(connection, from_ms - KINDS[file.tier].block_ms, to_ms)
            rows = [row for row in found if row.end_ms >= from_ms]
            values: dict[int, Values] = {}
            for row in rows:
                if (cached := self._cache.get((names, file.path, opening, row.id))) is not None:
                    values[row.id] = cached
            lacking = [row for row in rows if row.id not in values]
            ids = ids_of(connection, names) if lacking else {}
            planes = KINDS[file.tier].planes
            size = min(BATCH_BLOCKS, max(1, BATCH_VALUES // (planes * max(1, len(names)) * 60)))
            for first in range(0, len(lacking), size):
                for row, unpacked in _unpacked(connection, lacking[first : first + size], planes, names, ids):
                    values[row.id] = unpacked
                    self._keep((names, file.path, opening, row.id), unpacked)
        damaged = [row for row in rows if row.id not in values]
        if damaged:
            self._doubt(file.path)
        return [values[row.id] for row in rows if row.id in values], damaged

    def forget(self) -> None:
        """Closes files that are gone, or that another one took the place of: while they are open the disk keeps their
        room."""
        for path, opened in [*self._opened.items()]:
            try:
                is_there = path.stat().st_ino == opened.inode
            except OSError:
                is_there = False
            if not is_there:
                self._close(path)

    def close(self) -> None:
        for path in [*self._opened]:
            self._close(path)
        self._cache.clear()
        self._cached_bytes = 0

    def _open(self, path: Path) -> Opened:
        """The connection; a new one where another file has taken the place of a damaged one."""
        with told_apart(path):
            try:
                inode = path.stat().st_ino
            except FileNotFoundError:
                inode = -1
        opened = self._opened.get(path)
        if opened is None or opened.inode != inode:
            self._close(path)
            opened = self._opened[path] = Opened(next(self._openings), inode, database.open_reader(path, SCHEMA), {})
            opened.connection.execute(f"PRAGMA cache_size = -{PAGES_KIB}")
            if len(self._opened) > MOST_OPEN:
                self._close(next(iter(self._opened)))
        self._opened.move_to_end(path)
        return opened

    def _note(self, fault: Fault) -> None:
        if fault.kind == "damaged":
            self._doubt(fault.path)

    def _close(self, path: Path) -> None:
        opened = self._opened.pop(path, None)
        if opened is not None:
            database.close(opened.connection)

    def _keep(self, key: Key, values: Values) -> None:
        if len(key[0]) > CACHED_SERIES:
            return
        self._cache[key] = values
        self._cached_bytes += values.planes.nbytes
        while self._cached_bytes > CACHE_BYTES:
            _, oldest = self._cache.popitem(last=False)
            self._cached_bytes -= oldest.planes.nbytes


def _unpacked(
    connection: apsw.Connection, rows: Sequence[Row], planes: int, names: tuple[str, ...], ids: dict[str, int]
) -> Iterator[tuple[Row, Values]]:
    """Of each block that is whole."""
    wanted = numbers(names, ids)
    blocks: list[tuple[Row, Block]] = []
    contents = contents_of(connection, [row.id for row in rows])
    for row in rows:
        try:
            block = Block(contents.get(row.id, b""))
        except BlockError:
            continue
        times_ms = block.times_ms
        if block.planes == planes and block.count and (times_ms[0], times_ms[-1]) == (row.start_ms, row.end_ms):
            blocks.append((row, block))
    for (row, block), values in _selected(blocks, wanted):
        yield row, Values(block.times_ms, values, row.interval_ms)


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
