"""A file of the history that is read again and again: its connection stays open."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import apsw

from zeropoint.history import database
from zeropoint.history.database import Schema
from zeropoint.history.fault import fault_of, told_apart

# What is read is kept by who reads it; SQLite would keep 2 MB of each file.
PAGES_KIB = 256
_openings = count(1)


class HeldFile:
    """Used on one thread at a time.

    `number` is another one for each connection of the process: a new file may get the inode of one that is gone.
    `notes` are for who reads, to keep what the file said; they go with the connection.
    """

    def __init__(self, path: Path, schema: Schema) -> None:
        self.path = path
        self.number = 0
        self.notes: dict[object, Any] = {}
        self._schema = schema
        self._connection: apsw.Connection | None = None
        self._file: tuple[int, int] | None = None

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection | None]:
        """A view of the file that does not change meanwhile; None where there is no file. Raises Fault."""
        try:
            connection = self._opened()
        except FileNotFoundError:
            yield None
            return
        try:
            with told_apart(self.path, connection):
                connection.execute("BEGIN")
                yield connection
                connection.execute("COMMIT")
        except BaseException:
            self.close()
            raise
        if isinstance(connection, database.Fleeting):
            self.close()

    def close_gone(self) -> None:
        """Lets go of a file that is gone, or that another one took the place of: while it is open the disk keeps its
        room. Raises nothing."""
        try:
            is_there = self._file == _identity(self.path)
        except OSError:
            is_there = False
        if not is_there:
            self.close()

    def close(self) -> None:
        if self._connection is not None:
            database.close(self._connection)
            self._connection = None
            self.notes.clear()

    def _opened(self) -> apsw.Connection:
        """The connection; a new one where another file has taken the place of a damaged one."""
        try:
            file = _identity(self.path)
        except FileNotFoundError:
            self.close()
            raise
        except OSError as error:
            raise fault_of(error, self.path) from error
        if self._connection is None or file != self._file:
            self.close()
            self._connection, self._file = database.open_reader(self.path, self._schema), file
            self._connection.execute(f"PRAGMA cache_size = -{PAGES_KIB}")
            self.number = next(_openings)
        return self._connection


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
