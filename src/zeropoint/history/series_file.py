"""What lies in one file of a tier, through a connection that is open.

Damage can put anything in place of a number, whatever the table allows: such a row is passed over.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence

import apsw
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history.missing import Run

# Stands for a series that a file does not have; SQLite numbers them from 1.
UNKNOWN = np.uint32(0xFFFFFFFF)
# SQLite takes 32,766 values in one statement.
MOST_AT_ONCE = 1000


class Row(Struct, frozen=True, gc=False):
    """A block without its content."""

    id: int
    start_ms: int
    end_ms: int
    interval_ms: int


def name_crc(name: str) -> int:
    return zlib.crc32(name.encode())


def ids_of(connection: apsw.Connection, names: Sequence[str]) -> dict[str, int]:
    """The numbers of those series that the file has. One whose name is damaged is not found by it."""
    found: dict[str, int] = {}
    for first in range(0, len(names), MOST_AT_ONCE):
        crcs = {name: name_crc(name) for name in names[first : first + MOST_AT_ONCE]}
        sql = f"SELECT name, id, crc FROM series WHERE crc IN ({','.join('?' * len(crcs))})"  # noqa: S608 - marks alone
        rows = connection.execute(sql, tuple(crcs.values()))
        found.update((name, id) for name, id, crc in rows if crcs.get(name) == crc)
    return found


def all_series(connection: apsw.Connection) -> Iterator[tuple[int, str]]:
    """Numbers and names; without those that are damaged."""
    for id, name, crc in connection.execute("SELECT id, name, crc FROM series ORDER BY id"):
        if isinstance(name, str) and crc == name_crc(name):
            yield id, name


def names_of(connection: apsw.Connection) -> tuple[str, ...]:
    return tuple(name for _, name in all_series(connection))


def add_series(connection: apsw.Connection, names: Iterable[str]) -> dict[str, int]:
    """Gives new series their numbers, within the caller's transaction."""
    added = {}
    for name in names:
        connection.execute("INSERT INTO series (name, crc) VALUES (?, ?)", (name, name_crc(name)))
        added[name] = connection.last_insert_rowid()
    return added


def rows_between(connection: apsw.Connection, from_ms: int, to_ms: int) -> list[Row]:
    """Blocks that begin in [from_ms, to_ms), in the order of their times."""
    sql = """
        SELECT id, start_ms, end_ms, interval_ms FROM blocks WHERE start_ms >= ? AND start_ms < ?
        AND typeof(start_ms) = 'integer' AND typeof(end_ms) = 'integer' AND typeof(interval_ms) = 'integer'
        ORDER BY start_ms, id
    """
    return [Row(*row) for row in connection.execute(sql, (from_ms, to_ms))]


def content_of(connection: apsw.Connection, id: int) -> bytes:
    """Of a block; empty when it is gone."""
    for (content,) in connection.execute("SELECT content FROM blocks WHERE id = ?", (id,)):
        if isinstance(content, bytes):
            return content
    return b""


def contents_of(connection: apsw.Connection, ids: Sequence[int]) -> dict[int, bytes]:
    """Of blocks, without those that are gone. One statement for all is faster than one for each."""
    found: dict[int, bytes] = {}
    for first in range(0, len(ids), MOST_AT_ONCE):
        some = ids[first : first + MOST_AT_ONCE]
        sql = f"SELECT id, content FROM blocks WHERE id IN ({','.join('?' * len(some))})"  # noqa: S608 - marks alone
        found.update((id, content) for id, content in connection.execute(sql, some) if isinstance(content, bytes))
    return found


def unrolled(connection: apsw.Connection, span_ms: int) -> dict[int, bool]:
    """The spans that have blocks, by their beginnings; whether there are some that the coarser tier has not."""
    sql = """
        SELECT span * ?1, newest > coalesce((SELECT last_id FROM rolled WHERE start_ms = span * ?1), 0)
        FROM (SELECT start_ms / ?1 AS span, max(id) AS newest FROM blocks GROUP BY span)
    """
    spans = connection.execute(sql, (span_ms,))
    return {start: bool(is_due) for start, is_due in spans if isinstance(start, int)}


def rolled_spans(connection: apsw.Connection) -> set[int]:
    """Beginnings of the spans that a coarser tier has."""
    spans = connection.execute("SELECT first_sequence FROM blocks WHERE epoch = ''")
    return {start for (start,) in spans if isinstance(start, int)}


def extent_of(connection: apsw.Connection) -> tuple[int, int] | None:
    """Times of the first value and the last; None without blocks."""
    is_number = "typeof(start_ms) = 'integer' AND typeof(end_ms) = 'integer'"
    sql = f"SELECT start_ms FROM blocks WHERE {is_number} ORDER BY start_ms LIMIT 1"  # noqa: S608 - of ours
    for (start_ms,) in connection.execute(sql):
        sql = f"SELECT end_ms FROM blocks WHERE {is_number} ORDER BY start_ms DESC, id DESC LIMIT 1"  # noqa: S608
        return start_ms, next(iter(connection.execute(sql)))[0]
    return None


def sample_runs(connection: apsw.Connection, from_ms: int) -> list[Run]:
    """The runs of samples that have blocks of a time or later, in a file of the finest tier."""
    sql = "SELECT epoch, first_sequence, last_sequence, start_ms, end_ms FROM blocks WHERE end_ms >= ?"
    rows = connection.execute(sql, (from_ms,))
    return [Run(*row) for row in rows if isinstance(row[0], str) and all(isinstance(value, int) for value in row[1:])]


def oldest_blocks(connection: apsw.Connection, size_bytes: int) -> tuple[list[int], int | None]:
    """Numbers of the oldest blocks, so many that they have this size, or all; and the newest time in them."""
    ids: list[int] = []
    newest_ms: int | None = None
    for id, end_ms, size in connection.execute("SELECT id, end_ms, length(content) FROM blocks ORDER BY start_ms, id"):
        if size_bytes <= 0:
            break
        ids.append(id)
        newest_ms = end_ms if newest_ms is None else max(newest_ms, end_ms)
        size_bytes -= size
    return ids, newest_ms


def numbers(names: Sequence[str], ids: dict[str, int]) -> NDArray[np.uint32]:
    return np.array([ids.get(name, UNKNOWN) for name in names], dtype=np.uint32)
