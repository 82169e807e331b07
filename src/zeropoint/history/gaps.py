"""What is not in the history, and why: a bounded list in gaps.db."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import apsw
import msgspec
from msgspec import Struct

from zeropoint.history import database
from zeropoint.history.database import Schema
from zeropoint.history.fault import told_apart
from zeropoint.history.held_file import HeldFile
from zeropoint.history.salvage import Table, batches, insert, whole

FILE = "gaps.db"
SCHEMA = Schema(
    version=1,
    sql="""
    CREATE TABLE losses(
        id INTEGER PRIMARY KEY, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, lost INTEGER, reason TEXT NOT NULL
    ) STRICT;
    CREATE INDEX losses_by_time ON losses(from_ms, to_ms)
    """,
)
LOSSES = Table("losses", "id", ("losses_by_time", "from_ms"))
MOST_LOSSES = 10_000
MOST_UNWRITTEN = 1000

LossReason = Literal["not-running", "missed-ticks", "history-failed", "queue-full", "damaged", "clock-set"]


class Loss(Struct, frozen=True, gc=False):
    """A stretch between two samples, at from_ms and to_ms, in which some are missing: `lost` of them, None where that
    cannot be known. After "clock-set" none need be missing: there the times jump."""

    from_ms: int
    to_ms: int
    lost: int | None
    reason: LossReason


class _Item:
    """A loss that may still grow, and its row where it has been written."""

    __slots__ = ("is_new", "loss", "row")

    def __init__(self, loss: Loss) -> None:
        self.loss = loss
        self.row: int | None = None
        self.is_new = True


class GapLog:
    """Losses are added and written on the writer's thread; any thread may ask for what is not written yet.

    Losses that follow one another for one reason become one.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE
        self._lock = threading.Lock()
        self._items: list[_Item] = []
        self._connection: apsw.Connection | None = None

    def add(self, from_ms: int, to_ms: int, lost: int | None, reason: LossReason) -> None:
        """Notes a loss; it is on disk after `flush`."""
        with self._lock:
            last = self._items[-1] if self._items else None
            if last is not None and last.loss.reason == reason and last.loss.from_ms <= from_ms <= last.loss.to_ms:
                both = None if last.loss.lost is None or lost is None else last.loss.lost + lost
                last.loss = Loss(last.loss.from_ms, max(last.loss.to_ms, to_ms), both, reason)
                last.is_new = True
            else:
                self._items.append(_Item(Loss(from_ms, to_ms, lost, reason)))
            del self._items[:-MOST_UNWRITTEN]

    def unwritten(self) -> list[Loss]:
        with self._lock:
            return [item.loss for item in self._items if item.is_new]

    def flush(self) -> None:
        """Writes what was noted. Raises Fault; then it is all kept for the next time."""
        items = [item for item in self._items if item.is_new]
        if not items:
            return
        if self._connection is None:
            self._connection = database.open_writer(self.path, SCHEMA, "NORMAL")
        rows = self._write(self._connection, items)
        with self._lock:
            for item, row in zip(items, rows, strict=True):
                item.row, item.is_new = row, False
            del self._items[:-1]

    def is_whole(self) -> bool:
        """Whether SQLite finds nothing wrong with the file. Raises Fault."""
        if self._connection is None:
            self._connection = database.open_writer(self.path, SCHEMA, "NORMAL")
        with told_apart(self.path, self._connection):
            return database.is_sound(self._connection)

    def close(self) -> None:
        """Lets go of the file; `flush` opens it again."""
        if self._connection is not None:
            database.close_writer(self._connection)
            self._connection = None
            for item in self._items:  # another file may take its place
                item.row = None

    def _write(self, connection: apsw.Connection, items: list[_Item]) -> list[int]:
        rows = []
        with database.transaction(connection, self.path):
            for item in items:
                loss = item.loss
                values = (item.row, loss.from_ms, loss.to_ms, loss.lost, loss.reason)
                connection.execute("INSERT OR REPLACE INTO losses VALUES(?, ?, ?, ?, ?)", values)
                rows.append(connection.last_insert_rowid())
            connection.execute("DELETE FROM losses WHERE id <= (SELECT max(id) FROM losses) - ?", (MOST_LOSSES,))
        return rows


class GapReader:
    """Reads gaps.db beside the writer; used on one thread at a time. A missing file is an empty one."""

    def __init__(self, directory: Path) -> None:
        self._file = HeldFile(directory / FILE, SCHEMA)

    def between(self, from_ms: int, to_ms: int, unwritten: Iterable[Loss] = ()) -> list[Loss]:
        """The losses that touch [from_ms, to_ms], the earliest first. Raises Fault.

        `unwritten` are those that a running writer has noted since; they replace what they grew out of.
        """
        found = {(loss.from_ms, loss.reason): loss for loss in self._read(from_ms, to_ms)}
        found |= {(loss.from_ms, loss.reason): loss for loss in unwritten}
        touching = [loss for loss in found.values() if loss.from_ms <= to_ms and loss.to_ms >= from_ms]
        return sorted(touching, key=lambda loss: (loss.from_ms, loss.to_ms))

    def close(self) -> None:
        self._file.close()

    def _read(self, from_ms: int, to_ms: int) -> list[Loss]:
        query = "SELECT from_ms, to_ms, lost, reason FROM losses WHERE from_ms <= ? AND to_ms >= ?"
        with self._file.reading() as connection:
            rows = database.fetch(connection, query, (to_ms, from_ms)) if connection else []
        return list(_whole(rows))


def save_losses(source: apsw.Connection | None, target: apsw.Connection) -> None:
    """Copies what can be saved of a list that is damaged. Raises apsw.Error of the target."""
    for rows in batches(whole(source, LOSSES, lambda row: row if any(_whole([row[1:]])) else None), MOST_UNWRITTEN):
        insert(target, LOSSES, rows)


def _whole(rows: list[tuple[Any, ...]]) -> Iterator[Loss]:
    """Those that tell a loss: those of a damaged file may hold anything."""
    for row in rows:
        with suppress(msgspec.ValidationError):
            yield msgspec.convert(dict(zip(Loss.__struct_fields__, row, strict=True)), Loss)
