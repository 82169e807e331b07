"""What can still be read of a journal that is damaged: all that the pages which are whole lead to."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw

from zeropoint.history.journal_format import Entry, block_crc, crc_of

Row = tuple[Any, ...]
BATCH = 32


# Ways to find out where something lies. Each ends at the first page that cannot be read; another goes on behind it.
WAYS = {
    "blocks": (
        "SELECT position FROM blocks NOT INDEXED ORDER BY position",
        "SELECT position FROM blocks NOT INDEXED ORDER BY position DESC",
        "SELECT position FROM blocks INDEXED BY blocks_by_time ORDER BY first_time_ms",
        "SELECT position FROM blocks INDEXED BY blocks_by_time ORDER BY first_time_ms DESC",
    ),
    "rows": ("SELECT position FROM rows ORDER BY position", "SELECT position FROM rows ORDER BY position DESC"),
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
    positions: set[Any] = set()
    for way in WAYS[table]:
        with suppress(apsw.Error):
            positions.update(row[0] for row in connection.execute(way))
    batch: list[Row] = []
    for position in sorted(positions):
        with suppress(apsw.Error, MemoryError):
            found = connection.execute(f"SELECT * FROM {table} WHERE position = ?", (position,)).fetchall()  # noqa: S608
            batch += [row for row in found if is_whole(row)]
        if len(batch) >= BATCH:
            yield table, batch
            batch = []
    if batch:
        yield table, batch


def _is_whole_block(row: Row) -> bool:
    _, _, epoch, _, _, _, _, crc, content = row
    try:
        return bool(block_crc(epoch, content) == crc)
    except (TypeError, AttributeError):
        return False


def _is_whole_row(row: Row) -> bool:
    position, epoch, sequence, time_ms, interval_ms, missed, crc, payload = row
    try:
        return bool(crc_of(epoch, Entry(position, sequence, time_ms, interval_ms, missed, payload)) == crc)
    except (TypeError, AttributeError):
        return False
