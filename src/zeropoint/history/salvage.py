"""What can still be read of a journal that is damaged: all that lies before and behind the pages that are."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw

from zeropoint.history.journal_format import Entry, block_crc, crc_of

Row = tuple[Any, ...]
BATCH = 32


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
    """From the beginning up to the first page that cannot be read, then from the end back to the last one."""
    reached = -1
    for order in ("ASC", "DESC"):
        batch: list[Row] = []
        with suppress(apsw.Error, MemoryError):
            query = f"SELECT * FROM {table} WHERE position > ? ORDER BY position {order}"  # noqa: S608
            for row in connection.execute(query, (reached,)):
                if is_whole(row):
                    batch.append(row)
                if len(batch) == BATCH:
                    reached = int(batch[-1][0]) if order == "ASC" else reached
                    yield table, batch
                    batch = []
        if batch:
            reached = int(batch[-1][0]) if order == "ASC" else reached
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
