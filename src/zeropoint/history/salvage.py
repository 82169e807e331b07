"""What can still be read of a journal that is damaged: all that the pages which are whole lead to."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw

from zeropoint.history.journal_format import DamagedError, Entry, crc_of, place_of, unpack

Row = tuple[Any, ...]
BATCH = 32


# A scan ends at the first page that cannot be read; one from the other end goes on behind it. It goes by the pages'
# order, so that a key between them which is wrong leads it nowhere else.
SCANS = ("SELECT * FROM {} NOT INDEXED ORDER BY position", "SELECT * FROM {} NOT INDEXED ORDER BY position DESC")
# Where else something is known to lie.
PLACES = {
    "blocks": (
        "SELECT position FROM blocks INDEXED BY blocks_by_time ORDER BY first_time_ms",
        "SELECT position FROM blocks INDEXED BY blocks_by_time ORDER BY first_time_ms DESC",
    ),
    "rows": (),
}


def salvage(path: Path) -> Iterator[tuple[str, list[Row]]]:
    """Rows of a file that was set aside, in batches, each with the name of its table; whole ones alone, as their checks
    say. The file is not changed, and nothing is raised for what it is like."""
    with suppress(apsw.Error):
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            yield from _table(connection, "blocks", _is_whole_block)
            yield from _table(connection, "rows", _is_whole_row)
        finally:
            connection.close()
            Path(f"{path}-shm").unlink(missing_ok=True)


def _table(connection: apsw.Connection, table: str, is_whole: Callable[[Row], bool]) -> Iterator[tuple[str, list[Row]]]:
    saved: set[Any] = set()
    batch: list[Row] = []
    for row in _rows(connection, table, saved):
        if row[0] not in saved and is_whole(row):
            saved.add(row[0])
            batch.append(row)
        if len(batch) >= BATCH:
            yield table, batch
            batch = []
    if batch:
        yield table, batch


def _rows(connection: apsw.Connection, table: str, saved: set[Any]) -> Iterator[Row]:
    """All that can be read, some of it twice; what is in `saved` is not looked for."""
    for scan in SCANS:
        with suppress(apsw.Error, MemoryError, UnicodeDecodeError):
            yield from connection.execute(scan.format(table))
    for places in PLACES[table]:
        positions: list[Any] = []
        with suppress(apsw.Error):
            positions.extend(position for (position,) in connection.execute(places))
        for position in positions:
            if position not in saved:
                with suppress(apsw.Error, MemoryError, UnicodeDecodeError):
                    yield from connection.execute(f"SELECT * FROM {table} WHERE position = ?", (position,))  # noqa: S608


def _is_whole_block(row: Row) -> bool:
    """Whether its content is what was written, and the columns beside it, which have no check of their own, fit it."""
    *place, crc, content = row
    epoch = place[2]
    try:
        entries = unpack(epoch, content, crc)
        return bool(entries) and tuple(place) == place_of(epoch, entries)
    except (DamagedError, TypeError, AttributeError):
        return False


def _is_whole_row(row: Row) -> bool:
    position, epoch, sequence, time_ms, interval_ms, missed, crc, payload = row
    try:
        return bool(crc_of(epoch, Entry(position, sequence, time_ms, interval_ms, missed, payload)) == crc)
    except (TypeError, AttributeError):
        return False
