"""Which blocks of the journal go, and what is remembered of them. Within a connection of the caller."""

import apsw
from msgspec import Struct

from zeropoint.history.database import fetch

# How many epochs that are gone are remembered.
PRUNED_EPOCHS = 1000

# A clock that was ahead left blocks of times to come: they go with those that were written after them.
EXPIRED = """last_time_ms < ?1
    OR (first_time_ms > ?2 AND position < (SELECT max(position) FROM blocks WHERE last_time_ms < ?1))"""


class Dropped(Struct, frozen=True):
    """What was deleted to make room: how much, and the newest time in it; None where there was nothing to delete."""

    size_bytes: int = 0
    newest_ms: int | None = None


def expired(connection: apsw.Connection, now_ms: int, keep_ms: int) -> list[int]:
    """Positions of the blocks that are older than `keep_ms`."""
    given = (now_ms - keep_ms, now_ms)
    return [position for (position,) in fetch(connection, f"SELECT position FROM blocks WHERE {EXPIRED}", given)]  # noqa: S608


def oldest(connection: apsw.Connection, size_bytes: int) -> tuple[list[int], int | None]:
    """Positions of the oldest blocks, so many that they have this size, or all; and the newest time in them."""
    positions: list[int] = []
    newest_ms: int | None = None
    sql = "SELECT position, last_time_ms, length(content) FROM blocks ORDER BY position"
    for position, last_ms, size in connection.execute(sql):
        if size_bytes <= 0:
            break
        positions.append(position)
        newest_ms = last_ms if newest_ms is None else max(newest_ms, last_ms)
        size_bytes -= size
    return positions, newest_ms


def delete(connection: apsw.Connection, positions: list[int]) -> None:
    """Deletes blocks, and remembers how far their epochs went. Within a transaction."""
    for position in positions:
        connection.execute(
            "INSERT INTO pruned SELECT epoch, last_position, last_sequence FROM blocks WHERE position = ? "
            "ON CONFLICT DO UPDATE SET position = max(position, excluded.position), "
            "last_sequence = max(last_sequence, excluded.last_sequence)",
            (position,),
        )
        connection.execute("DELETE FROM blocks WHERE position = ?", (position,))
    connection.execute(
        "DELETE FROM pruned WHERE epoch NOT IN (SELECT epoch FROM pruned ORDER BY position DESC LIMIT ?)",
        (PRUNED_EPOCHS,),
    )
