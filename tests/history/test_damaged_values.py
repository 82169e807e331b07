"""Damage that SQLite itself passes over: texts that are none, numbers that are none, indices that lack a row."""

from pathlib import Path

import apsw
import pytest

from tests.history.writing import Desk, ids
from zeropoint.history import database
from zeropoint.history.fault import Fault, told_apart
from zeropoint.history.journal import Journal
from zeropoint.history.journal_format import SCHEMA
from zeropoint.history.series_file import extent_of, rows_between, unrolled

HOUR_MS = 3_600_000


def written(directory: Path, samples: int) -> None:
    desk = Desk(directory)
    desk.put(samples)
    desk.turn_later()
    desk.close()


def answer(path: Path, pragma: str) -> list[tuple[object, ...]]:
    connection = apsw.Connection(str(path))
    try:
        return connection.execute(f"PRAGMA {pragma}").fetchall()
    finally:
        connection.close()


def lose_a_row_of_an_index(path: Path) -> None:
    """Flips a bit of an index that the quick check does not see."""
    connection = apsw.Connection(str(path))
    query = "SELECT rootpage FROM sqlite_schema WHERE name = 'blocks_by_time'"
    ((page,),) = connection.execute(query).fetchall()
    size = connection.pragma("page_size")
    connection.close()
    content = path.read_bytes()
    for place in range(page * size - 1, page * size - 400, -1):
        damaged = bytearray(content)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        if answer(path, "quick_check") == [("ok",)] != answer(path, "integrity_check"):
            return
    raise AssertionError("no bit of the index is passed over")


def test_an_index_that_lost_a_row_is_damage_and_costs_no_sample(tmp_path: Path):
    written(tmp_path, 400)
    lose_a_row_of_an_index(tmp_path / "journal.db")
    journal = Journal(tmp_path)
    assert not journal.is_whole()
    journal.close()
    desk = Desk(tmp_path, "e2")
    desk.now_ms += 400_000
    desk.put(3)
    desk.writer.journal.doubt()
    desk.put(2)
    assert desk.ids() == [*ids(1, 400), *ids(1, 5, "e2")]
    desk.close()


def test_a_text_that_is_no_utf8_is_damage(tmp_path: Path):
    written(tmp_path, 3)
    path = tmp_path / "journal.db"
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = CAST(x'43d441' AS TEXT)")
    connection.close()
    with pytest.raises(Fault, match="damaged"):
        database.open_reader(path, SCHEMA)


def test_what_contradicts_a_table_is_damage(tmp_path: Path):
    path = tmp_path / "any.db"
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE numbers(number INTEGER PRIMARY KEY); INSERT INTO numbers VALUES(1)")
    with pytest.raises(Fault, match="damaged"), told_apart(path, connection):
        connection.execute("INSERT INTO numbers VALUES(1)")
    connection.close()


def test_rows_whose_times_are_no_numbers_are_passed_over(tmp_path: Path):
    written(tmp_path, 1000)
    (path,) = (tmp_path / "samples").glob("*.db")
    connection = apsw.Connection(str(path))
    whole = rows_between(connection, 0, 1 << 60)
    spans, extent = unrolled(connection, HOUR_MS), extent_of(connection)
    ((sql,),) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'blocks'").fetchall()
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'blocks'", (sql.replace(" NOT NULL", ""),))
    connection.close()
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE blocks SET start_ms = NULL, end_ms = NULL WHERE id = ?", (whole[1].id,))
    assert rows_between(connection, 0, 1 << 60) == [whole[0], *whole[2:]]
    assert unrolled(connection, HOUR_MS) == spans
    assert extent_of(connection) == extent
    connection.close()
