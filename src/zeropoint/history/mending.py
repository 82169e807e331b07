"""A damaged file is replaced by one with all that can be saved of it.

The new one is made beside it, and takes its place when it is whole and on the disk. Wherever that ends, by force or for
want of room, the damaged file is still there, or the new one is adopted when it is opened next.
"""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import apsw
import structlog

from zeropoint.history import database, salvage
from zeropoint.history.aside import refuse_more, set_aside
from zeropoint.history.database import NEW, Schema
from zeropoint.history.fault import Fault, told_apart

log = structlog.get_logger()
NOT_REPLACED = "it is damaged, and could not be replaced yet"
READ_AT_A_TIME_BYTES = 1024 * 1024
T = TypeVar("T")
Save = Callable[[apsw.Connection | None, apsw.Connection], T]


def mend(fault: Fault, schema: Schema, save: Save[T], directory: Path, now: datetime) -> T:
    """Sets the file of a fault aside and puts another one in its place. `save` copies what is whole from the one, which
    is None where it cannot be opened, into the other, and may raise apsw.Error of that; its answer is given back.

    No connection of the file's writer may be open. `directory` is the history's. Raises Fault: then nothing has
    changed, and it can be tried again.
    """
    path, new = fault.path, Path(f"{fault.path}{NEW}")
    with told_apart(path):
        database.adopt(path)
    refuse_more(path, directory)
    _refuse_unread(path)
    _refuse_without_room(path)
    try:
        saved = _make(path, new, schema, save)
    except Fault as another:
        with told_apart(path):
            for suffix in ("-shm", "-wal", ""):
                Path(f"{new}{suffix}").unlink(missing_ok=True)
        raise Fault(another.kind, path, NOT_REPLACED) from another
    aside = set_aside(path, now)
    with told_apart(path):
        database.adopt(path)
    log.warning("a file of the history is set aside", reason=str(fault), kept_as=aside.name)
    return saved


def _make(path: Path, new: Path, schema: Schema, save: Save[T]) -> T:
    target = database.open_writer(new, schema, "NORMAL")
    try:
        with told_apart(new, target), salvage.opened(path, schema) as source:
            saved = save(source, target)
            # Which syncs it.
            target.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        return saved
    finally:
        database.close(target)


def _refuse_unread(path: Path) -> None:
    """Raises Fault where the disk does not give all of the file. Of some reads that fail SQLite says that the file is
    damaged: what could be saved of it then is less than what is there."""
    with told_apart(path):
        for one in (path, Path(f"{path}-wal")):
            if one.exists():
                _read_through(one)


def _read_through(path: Path) -> None:
    # That closing it takes away SQLite's locks on it does no harm: nobody writes to a file that is to be replaced.
    with path.open("rb", buffering=0) as file:
        while file.read(READ_AT_A_TIME_BYTES):
            pass


def _refuse_without_room(path: Path) -> None:
    """Raises Fault where a copy may not find room: it takes long to find that out, and is tried every few seconds."""
    with told_apart(path):
        size = sum(one.stat().st_size for one in (path, Path(f"{path}-wal")) if one.exists())
        if shutil.disk_usage(path.parent).free < size:
            raise Fault("full", path, NOT_REPLACED)
