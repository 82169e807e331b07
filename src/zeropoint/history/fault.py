"""What can go wrong with a file of the history, told apart by what has to happen before it goes on."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import apsw

Kind = Literal["full", "read-only", "permission", "io", "damaged", "newer", "in-use"]

WORDS: dict[Kind, str] = {
    "full": "the disk is full",
    "read-only": "the file system is read-only",
    "permission": "it may not be written",
    "io": "the disk fails",
    "damaged": "it is damaged",
    "newer": "it was written by a newer version",
    "in-use": "another process holds it",
}
BY_ERRNO: dict[int, Kind] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "read-only",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.EWOULDBLOCK: "in-use",
}


class Fault(Exception):  # noqa: N818 - a state of the disk, which mends
    """A file of the history cannot be used at the moment. The message is one line that names it and no path."""

    def __init__(self, kind: Kind, path: Path, detail: str = "") -> None:
        name = f"{path.parent.name}/{path.name}"
        super().__init__(f"{name}: {WORDS[kind]}{f' ({detail})' if detail else ''}")
        self.kind = kind
        self.path = path


@contextmanager
def told_apart(path: Path, connection: apsw.Connection | None = None) -> Iterator[None]:
    """Whatever SQLite or the system raises inside, of the file at `path`, leaves it as a Fault."""
    try:
        yield
    # SQLite looks neither at texts nor at what stands in place of a number.
    except UnicodeDecodeError as error:
        raise Fault("damaged", path, "a text is no UTF-8") from error
    except TypeError as error:
        raise Fault("damaged", path, "a value is of another type") from error
    except (apsw.Error, OSError) as error:
        raise fault_of(error, path, connection) from error


def fault_of(error: Exception, path: Path, connection: apsw.Connection | None = None) -> Fault:
    """What an error of SQLite or of the system means for the file at `path`."""
    if isinstance(error, OSError):
        return Fault(*_of_system(error.errno or 0, path))
    # Nothing is written that a constraint forbids: what is there already is not what was written.
    if isinstance(error, apsw.CorruptError | apsw.NotADBError | apsw.ConstraintError):
        return Fault("damaged", path, _code(error))
    if isinstance(error, apsw.FullError):
        return Fault("full", path)
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return Fault("in-use", path)
    if isinstance(error, apsw.IOError | apsw.CantOpenError):
        if number := connection.system_errno if connection else 0:
            return Fault(*_of_system(number, path))
        return refusal(path) or Fault("full" if _is_full(path.parent) else "io", path, _code(error))
    if isinstance(error, apsw.ReadOnlyError):
        # SQLite also takes a file for read-only whose header has a wrong byte in the version of its format.
        is_odd = connection is not None and connection.readonly("main")
        return refusal(path) or Fault("damaged" if is_odd else "read-only", path, _code(error))
    return Fault("io", path, _code(error))


def refusal(path: Path) -> Fault | None:
    """Why the system does not let a file be written that is there, which SQLite does not tell; None: it does.

    The file itself is not opened. To close it again would take away the locks that SQLite holds on it in this process
    (sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        if is_read_only(path.parent):
            return Fault("read-only", path)
        if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK)):
            return Fault("permission", path)
    except OSError as error:
        return Fault(*_of_system(error.errno or 0, path))
    return None


def is_read_only(directory: Path) -> bool:
    """Whether its file system takes no writes at the moment."""
    return hasattr(os, "ST_RDONLY") and bool(os.statvfs(directory).f_flag & os.ST_RDONLY)


def _is_full(directory: Path) -> bool:
    try:
        return shutil.disk_usage(directory).free == 0
    except OSError:
        return False


def _of_system(number: int, path: Path) -> tuple[Kind, Path, str]:
    kind = BY_ERRNO.get(number, "io")
    return kind, path, os.strerror(number) if kind == "io" and number else ""


def _code(error: Exception) -> str:
    """SQLite's name of an error; its message may hold SQL."""
    number = getattr(error, "extendedresult", 0)
    return str(apsw.mapping_extended_result_codes.get(number) or type(error).__name__)
