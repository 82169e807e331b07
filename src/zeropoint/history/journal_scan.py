"""Finding one's way in the journal's file: by position, by id and by time. Within a read transaction of the caller."""

from collections.abc import Callable
from typing import Any

import apsw
from msgspec import Struct

from zeropoint.history.database import fetch
from zeropoint.history.journal_format import DamagedError, Entry, crc_of, unpack
from zeropoint.history.sample_id import order_of

ROWS_AT_A_TIME = 60
ROW = "position, sequence, time_ms, interval_ms, missed, payload, epoch, crc"


class Unit(Struct, frozen=True):
    """What lies together: a block, or rows. Damaged ones are left out. `last_position` is where the next one begins."""

    entries: list[tuple[str, Entry]]
    last_position: int
    is_damaged: bool = False


class Start(Struct, frozen=True):
    """Where a reader goes on: after a position. `lost` samples lie between; below 0 where its id is by so much beyond
    what is here of its epoch, None where nothing can be told."""

    position: int
    lost: int | None


def unit_after(connection: apsw.Connection, position: int) -> Unit | None:
    """The next unit that holds positions after the given one; None at the end."""
    found = fetch(
        connection,
        "SELECT last_position, epoch, crc, content FROM blocks "
        "WHERE last_position > ?1 AND typeof(last_position) = 'integer' AND position >= "
        "ifnull((SELECT max(position) FROM blocks WHERE position <= ?1), 0) ORDER BY position LIMIT 1",
        (position,),
    )
    if found:
        return _unpacked(position, *found[0])
    query = f"SELECT {ROW} FROM rows WHERE position > ? ORDER BY position LIMIT ?"  # noqa: S608
    rows = fetch(connection, query, (position, ROWS_AT_A_TIME))
    whole = [one for row in rows for one in _checked(*row)]
    return Unit(whole, rows[-1][0], is_damaged=len(whole) < len(rows)) if rows else None


def _unpacked(position: int, last: Any, epoch: Any, crc: Any, content: Any) -> Unit:
    try:
        return Unit([(epoch, entry) for entry in unpack(epoch, content, crc) if entry.position > position], last)
    except DamagedError:
        return Unit([], last, is_damaged=True)


def _checked(*row: Any) -> list[tuple[str, Entry]]:
    *fields, epoch, crc = row
    entry = Entry(*fields)
    return [(epoch, entry)] if crc_of(epoch, entry) == crc else []


def start_after(connection: apsw.Connection, epoch: str, sequence: int) -> Start | None:
    """Where what came after a sample begins; None where nothing here did."""

    def one(query: str, *given: object) -> int | None:
        rows = fetch(connection, query, (epoch, *given))
        return rows[0][0] if rows else None

    for table, last in (("blocks", "last_sequence"), ("rows", "sequence")):
        query = f"SELECT position FROM {table} WHERE epoch = ? AND {last} > ? ORDER BY {last} LIMIT 1"  # noqa: S608
        if (position := one(query, sequence)) is not None:
            return Start(position - 1, 0)
    # All that is left of its epoch came before it.
    for table, end, last in (("rows", "position", "sequence"), ("blocks", "last_position", "last_sequence")):
        query = f"SELECT {end}, {last} FROM {table} WHERE epoch = ? ORDER BY {last} DESC LIMIT 1"  # noqa: S608
        for position, newest in fetch(connection, query, (epoch,)):
            return Start(position, min(0, newest - sequence))
    if (position := one("SELECT position FROM pruned WHERE epoch = ?")) is not None:
        return Start(position, _lost_since(connection, epoch, sequence, position))
    later = [start for other, start in _epochs(connection) if order_of(other) > order_of(epoch)]
    return Start(min(later) - 1, None) if later else None


def _lost_since(connection: apsw.Connection, epoch: str, sequence: int, position: int) -> int:
    """How many samples came after one whose epoch is gone, and are gone as well.

    Each epoch begins at sequence 1, so the last one of it tells how many there were.
    """
    kept = _epochs(connection)
    gone = fetch(connection, "SELECT epoch, last_sequence FROM pruned WHERE position >= ?", (position,))
    lost: int = sum(last for other, last in gone if other not in dict(kept))
    unit = unit_after(connection, position)
    first = unit.entries[0][1].sequence - 1 if unit and unit.entries else 0
    return max(0, lost - sequence + first)


def _epochs(connection: apsw.Connection) -> list[tuple[str, int]]:
    """The epochs that the journal holds, and where each begins."""
    query = "SELECT epoch, min(position) FROM {} GROUP BY epoch"
    begins: dict[str, int] = {}
    for table in ("rows", "blocks"):
        for epoch, position in fetch(connection, query.format(table)):
            begins[epoch] = min(position, begins.get(epoch, position))
    return sorted(begins.items(), key=lambda item: item[1])


def earliest(connection: apsw.Connection) -> int | None:
    """The earliest time of all samples; None where there are none."""
    times = fetch(connection, "SELECT min(first_time_ms) FROM blocks UNION ALL SELECT min(time_ms) FROM rows")
    return min((time_ms for (time_ms,) in times if isinstance(time_ms, int)), default=None)


def last_sequences(connection: apsw.Connection) -> dict[str, int]:
    """The epochs that the journal holds, in the order of writing, with the last sample of each."""
    last: dict[str, int] = {}
    for table, column in (("blocks", "last_sequence"), ("rows", "sequence")):
        for epoch, sequence in fetch(connection, f"SELECT epoch, max({column}) FROM {table} GROUP BY epoch"):  # noqa: S608
            last[epoch] = max(sequence, last.get(epoch, 0))
    return {epoch: last[epoch] for epoch, _ in _epochs(connection)}


def stretch(connection: apsw.Connection, from_ms: int, to_ms: int) -> tuple[int, int | None] | None:
    """Positions [first, last] between which all samples of [from_ms, to_ms] lie, with others where the clock was set;
    last is None where they go on to the end. None where there are none."""
    overlap = "first_time_ms <= ?2 AND last_time_ms >= ?1"
    blocks = f"SELECT min(position), max(last_position) FROM blocks WHERE {overlap}"  # noqa: S608
    rows = "SELECT min(position) FROM rows WHERE time_ms BETWEEN ?1 AND ?2"
    ((first, last),) = fetch(connection, blocks, (from_ms, to_ms))
    ((row,),) = fetch(connection, rows, (from_ms, to_ms))
    if first is None and row is None:
        return None
    return first if first is not None else row, last if row is None else None


def newest_before(connection: apsw.Connection, time_ms: int, doubt: Callable[[], None]) -> tuple[str, Entry] | None:
    """The sample with the latest time at or before the given one. `doubt` is called where a block there is damaged."""
    query = f"SELECT {ROW} FROM rows WHERE time_ms <= ? ORDER BY time_ms DESC, position DESC LIMIT 1"  # noqa: S608
    found = [one for row in fetch(connection, query, (time_ms,)) for one in _checked(*row)]
    blocks = fetch(
        connection,
        "SELECT position, last_position, epoch, crc, content FROM blocks "
        "WHERE first_time_ms <= ? ORDER BY first_time_ms DESC LIMIT 3",  # minutes overlap where the clock was set back
        (time_ms,),
    )
    for position, *block in blocks:
        unit = _unpacked(position - 1, *block)
        found += [one for one in unit.entries if one[1].time_ms <= time_ms]
        if unit.is_damaged:
            doubt()
    return max(found, key=lambda one: (one[1].time_ms, one[1].position), default=None)
