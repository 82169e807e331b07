"""Reads a file that is damaged: all that the pages which are whole lead to.

The first page, which holds the file's header and its tables' beginnings, is the same for all files of a schema: a new
one stands in for it. Nothing is written, and nothing is raised for what the file is like.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import apsw
from msgspec import Struct

from zeropoint.history.database import APPLICATION_ID, Schema

Row = tuple[Any, ...]
# Pages that are kept in memory: a scan needs few.
CACHE_KIB = 512
# Places in the header (sqlite.org/fileformat.html, 1.3): what it is read with, a WAL (2) or none (1); the size in
# pages, taken from the file where it is 0; the largest root page, 0 without pages that point back.
READ_WITH, SIZE, LARGEST_ROOT = slice(18, 20), slice(28, 32), slice(52, 56)

# A scan ends at the first page that cannot be read; one from the other end goes on behind it. It goes by the pages'
# order, so that a key between them which is wrong leads it nowhere else.
SCANS = ("SELECT * FROM {} NOT INDEXED ORDER BY {}", "SELECT * FROM {} NOT INDEXED ORDER BY {} DESC")


class Table(Struct, frozen=True):
    """Its name, its key, which is the first column, and an index with the column that it begins with: that leads to
    keys which a scan of the table did not come to."""

    name: str
    key: str
    index: tuple[str, str] | None = None


class _Page(apsw.VFSFile):
    """A file whose first page is another one."""

    def __init__(self, name: apsw.URIFilename, flags: list[int], first: bytes) -> None:
        super().__init__("", name, flags)
        self._first = first

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's name
        read = super().xRead(amount, offset)
        instead = self._first[offset : offset + amount]
        return instead + read[len(instead) :]

    def xFileSize(self) -> int:  # noqa: N802
        return max(super().xFileSize(), len(self._first))

    # Nobody writes it any more.
    def xLock(self, level: int) -> None:  # noqa: N802
        pass

    def xUnlock(self, level: int) -> None:  # noqa: N802
        pass


class _Files(apsw.VFS):
    def __init__(self, name: str, first: bytes) -> None:
        super().__init__(name, "")
        self._first = first

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        if flags[0] & apsw.SQLITE_OPEN_MAIN_DB:
            return _Page(name, flags, self._first)
        return apsw.VFSFile("", name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        """Nothing is."""


@contextmanager
def opened(path: Path, schema: Schema) -> Iterator[apsw.Connection | None]:
    """A connection that reads the file, with its WAL; None where there is nothing that could be opened."""
    first = bytearray(_first_page(schema))
    wal = Path(f"{path}-wal")
    first[READ_WITH] = b"\2\2" if wal.exists() and wal.stat().st_size else b"\1\1"
    name = f"damaged-{uuid4().hex}"
    files = _Files(name, bytes(first))
    connection: apsw.Connection | None = None
    try:
        with suppress(apsw.Error):
            connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY, vfs=name)
            # The WAL stays where it is, and its index in memory.
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            connection.execute(f"PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -{CACHE_KIB}").fetchall()
        yield connection
    finally:
        if connection is not None:
            with suppress(apsw.Error):
                connection.close()
        files.unregister()


def whole(connection: apsw.Connection | None, table: Table, check: Callable[[Row], Row | None]) -> Iterator[Row]:
    """The rows of a table that can be read, each key once; as `check` gives them back, which is None for one that is
    not whole."""
    saved: set[Any] = set()
    for row in _rows(connection, table, saved) if connection is not None else ():
        if row[0] not in saved and (checked := check(row)) is not None:
            saved.add(row[0])
            yield checked


def batches(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while batch := list(islice(rows, size)):
        yield batch


def insert(target: apsw.Connection, table: Table, rows: list[Row]) -> None:
    """Puts whole rows into a new file; of two of one key the first stays."""
    marks = ", ".join("?" * len(rows[0]))
    target.execute("BEGIN")
    target.executemany(f"INSERT OR IGNORE INTO {table.name} VALUES ({marks})", rows)  # noqa: S608 - of ours
    target.execute("COMMIT")


def keys(connection: apsw.Connection | None, table: Table) -> tuple[list[tuple[Any, Any]], bool]:
    """What the table's index says, of rows that may be gone: the value of its column and the key; and whether all of it
    could be read."""
    found: dict[tuple[Any, Any], None] = {}
    if connection is None or table.index is None:
        return [], False
    index, column = table.index
    for order in ("ASC", "DESC"):
        sql = f"SELECT {column}, {table.key} FROM {table.name} INDEXED BY {index} ORDER BY {column} {order}"  # noqa: S608
        with suppress(apsw.Error, UnicodeDecodeError):
            found.update((pair, None) for pair in connection.execute(sql))
            return list(found), True
    return list(found), False


def _rows(connection: apsw.Connection, table: Table, saved: set[Any]) -> Iterator[Row]:
    """All that can be read, some of it twice; what is in `saved` is not looked for."""
    for scan in SCANS:
        with suppress(apsw.Error, MemoryError, UnicodeDecodeError):
            yield from connection.execute(scan.format(table.name, table.key))
    for _, key in keys(connection, table)[0]:
        if key not in saved:
            with suppress(apsw.Error, MemoryError, UnicodeDecodeError):
                yield from connection.execute(f"SELECT * FROM {table.name} WHERE {table.key} = ?", (key,))  # noqa: S608


@cache
def _first_page(schema: Schema) -> bytes:
    connection = apsw.Connection(":memory:")
    connection.execute(
        f"PRAGMA page_size = {schema.page_bytes}; PRAGMA auto_vacuum = INCREMENTAL; BEGIN; {schema.sql}; "
        f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {schema.version}; COMMIT"
    )
    first = bytearray(connection.serialize("main")[: schema.page_bytes])
    first[SIZE] = first[LARGEST_ROOT] = bytes(4)
    return bytes(first)
