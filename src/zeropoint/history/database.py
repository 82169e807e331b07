"""Opening the files of the history.

All are SQLite files in WAL mode: one connection writes, others read what was committed, and neither waits for the other
(sqlite.org/wal.html). A file belongs to a Schema; one that holds anything else is damaged, one of a later version is
left alone.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Literal

import apsw
from msgspec import Struct

from zeropoint.history.fault import Fault, fault_of, is_read_only, refusal, told_apart

# "ZPhs"; file(1) and SQLite's own tools show it.
APPLICATION_ID = 0x5A506873
# How long a connection waits where another one holds the file for a moment, as while it recovers after a crash.
BUSY_MS = 2000
# The WAL goes back into the file after this many bytes, unless its owner says otherwise.
CHECKPOINT_BYTES = 512 * 1024
# What a file's name ends with that is to take the place of a damaged one, until it does.
NEW = ".new"
# At most this share of a file is kept as pages that are free to be used again; the rest goes back to the disk.
FREE_SHARE = 0.25


class Schema(Struct, frozen=True):
    """What a kind of file holds: the statements that make its tables, and its version, which rises with them."""

    version: int
    sql: str
    page_bytes: int = 4096


def open_writer(
    path: Path, schema: Schema, synchronous: Literal["FULL", "NORMAL"], wal_bytes: int = CHECKPOINT_BYTES
) -> apsw.Connection:
    """The connection that writes; makes the file and its directory, for their owner alone, where they are missing.

    With FULL, what is committed is on the disk; with NORMAL, the newest commits may be gone after a loss of power, and
    the file is whole. Raises Fault.
    """
    with told_apart(path):
        adopt(path)
        _refuse_lost(path)
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_directory(path.parent.parent)
        if not path.exists():
            # SQLite does not tell why it cannot make a file, the system does.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            sync_directory(path.parent)
        elif (refused := refusal(path)) is not None:
            raise refused
    connection = _opened(path, schema, writes=True)
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.wal_autocheckpoint(max(1, wal_bytes // schema.page_bytes))
    return connection


def adopt(path: Path) -> None:
    """Lets the file that was made in place of a damaged one take its place, where that is gone already; where it is
    not, the new one need not be whole, and goes. Raises OSError."""
    new = Path(f"{path}{NEW}")
    if not new.exists():
        return
    wal = Path(f"{new}-wal")
    if path.exists() or (wal.exists() and wal.stat().st_size):
        for suffix in ("-shm", "-wal", ""):
            Path(f"{new}{suffix}").unlink(missing_ok=True)
        return
    for suffix in ("-shm", "-wal"):  # what is left of the damaged one must not be taken for the new one's
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    new.rename(path)
    sync_directory(path.parent)


def replaced(directory: Path) -> list[Path]:
    """The files, in the history's directory and those of its tiers, that another was made in place of."""
    return [
        path.with_name(path.name.removesuffix(NEW))
        for pattern in (f"*.db{NEW}", f"*/*.db{NEW}")
        for path in directory.glob(pattern)
    ]


def open_reader(path: Path, schema: Schema) -> apsw.Connection:
    """A connection that reads; one that is Fleeting is to be closed after use.

    Raises FileNotFoundError where there is no file or nothing in it yet, and Fault.
    """
    if not path.exists():
        raise FileNotFoundError(path.name)
    return _opened(path, schema, writes=False)


def _opened(path: Path, schema: Schema, *, writes: bool) -> apsw.Connection:
    connection = None
    try:
        connection = _connect(path, writes)
        with told_apart(path, connection):
            connection.set_busy_timeout(BUSY_MS)
            if writes:
                _make(connection, schema)
            found = _tables(connection)
            if found or writes:
                _check(connection, path, schema, found)
        if not found:
            raise FileNotFoundError(path.name)
    except BaseException:
        if connection is not None:
            connection.close()
        raise
    return connection


class Fleeting(apsw.Connection):
    """One that reads on a disk that takes no writes. It is not to be kept: what it shares with the other connections of
    the process would hold them to reading, and it may not see what they write."""


def _connect(path: Path, writes: bool) -> apsw.Connection:
    uri = path.absolute().as_uri()
    with told_apart(path):
        if writes:
            return apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI)
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        kind = Fleeting if is_read_only(path.parent) else apsw.Connection
        connection = kind(uri, flags=flags)
        connection.set_busy_timeout(BUSY_MS)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        except apsw.CantOpenError:
            # What WAL keeps beside the file cannot be made here. Where nothing lies there, the file alone is all there
            # is, and nobody can change it.
            connection.close()
            wal = Path(f"{path}-wal")
            if wal.exists() and wal.stat().st_size:
                raise
            return Fleeting(f"{uri}?immutable=1", flags=flags)
        except apsw.Error as error:
            fault = fault_of(error, path, connection)
            connection.close()
            raise fault from error
        return connection


def _make(connection: apsw.Connection, schema: Schema) -> None:
    """Makes the tables of a file that is empty."""
    if connection.pragma("page_count") and (_tables(connection) or connection.pragma("application_id")):
        return
    connection.execute(f"PRAGMA page_size = {schema.page_bytes}; PRAGMA auto_vacuum = INCREMENTAL")
    if connection.pragma("journal_mode", "wal") != "wal":
        raise apsw.CantOpenError("this file system does not take WAL")
    connection.execute(
        f"BEGIN IMMEDIATE; {schema.sql}; PRAGMA application_id = {APPLICATION_ID}; "
        f"PRAGMA user_version = {schema.version}; COMMIT"
    )


def _check(connection: apsw.Connection, path: Path, schema: Schema, found: list[tuple[Any, ...]]) -> None:
    """Raises Fault unless the file holds what its schema says."""
    version = connection.pragma("user_version")
    if connection.pragma("application_id") != APPLICATION_ID:
        raise Fault("damaged", path, "it is no file of the history")
    if isinstance(version, int) and version > schema.version:
        raise Fault("newer", path, f"version {version}")
    if version != schema.version or found != _expected(schema):
        raise Fault("damaged", path, "its tables are not those of the history")


def _refuse_lost(path: Path) -> None:
    """Raises Fault for a WAL whose file is gone: SQLite would delete it."""
    wal = Path(f"{path}-wal")
    if wal.exists() and wal.stat().st_size and not (path.exists() and path.stat().st_size):
        raise Fault("damaged", path, "it is empty")


def _tables(connection: apsw.Connection) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


@cache
def _expected(schema: Schema) -> list[tuple[Any, ...]]:
    connection = apsw.Connection(":memory:")
    connection.execute(schema.sql)
    return _tables(connection)


@contextmanager
def transaction(connection: apsw.Connection, path: Path) -> Iterator[None]:
    """All that is written inside, or nothing of it. Raises Fault."""
    try:
        with told_apart(path, connection):
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("COMMIT")
    except BaseException:
        with suppress(apsw.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise


def fetch(connection: apsw.Connection, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query. Their types are what STRICT tables hold them to."""
    return connection.execute(query, values).fetchall()


def is_sound(connection: apsw.Connection) -> bool:
    """Whether SQLite finds nothing wrong with the file, which is read from end to end: the quick check does not hold
    the indices against the tables, and what a reader stumbles over would stay. What a blob holds it does not check."""
    return connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]


def used_bytes(connection: apsw.Connection) -> int:
    """What of a file holds something; the rest are pages that are free to be used again."""
    pages, free, size = (_number(connection, name) for name in ("page_count", "freelist_count", "page_size"))
    return (pages - free) * size


def release(connection: apsw.Connection, share: float = FREE_SHARE) -> None:
    """Gives free pages back to the disk where they are more than a share of the file. Not within a transaction."""
    free = _number(connection, "freelist_count")
    if free > share * _number(connection, "page_count"):
        connection.execute(f"PRAGMA incremental_vacuum({free})").fetchall()
        shorten(connection)


def shorten(connection: apsw.Connection) -> None:
    """Brings the WAL back into the file and takes its room away, unless a reader holds on to what was there before. Not
    within a transaction."""
    with suppress(apsw.BusyError, apsw.LockedError):
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def _number(connection: apsw.Connection, pragma: str) -> int:
    value = connection.pragma(pragma)
    return value if isinstance(value, int) else 0


def close(connection: apsw.Connection) -> None:
    """Closes it; what the disk says meanwhile changes nothing more."""
    with suppress(apsw.Error):
        connection.close()


def close_writer(connection: apsw.Connection) -> None:
    """Closes one that wrote, with the WAL brought back into the file: SQLite does that by itself only for the last one
    that is closed, and on a disk that takes no writes any more a WAL cannot be read. Nobody who reads is waited for."""
    with suppress(apsw.Error):
        connection.set_busy_timeout(0)
        shorten(connection)
    close(connection)


def sync_directory(directory: Path) -> None:
    """Makes names that were made or changed in a directory durable, where the system has that."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
