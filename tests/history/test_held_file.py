"""A file that is read again and again."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from zeropoint.history import database
from zeropoint.history.database import Schema
from zeropoint.history.fault import Fault
from zeropoint.history.held_file import HeldFile

SCHEMA = Schema(version=1, sql="CREATE TABLE numbers(number INTEGER NOT NULL) STRICT")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "numbers.db"


@pytest.fixture
def kept(path: Path) -> Iterator[HeldFile]:
    kept = HeldFile(path, SCHEMA)
    yield kept
    kept.close()


def put(path: Path, *numbers: int) -> None:
    connection = database.open_writer(path, SCHEMA, "NORMAL")
    connection.executemany("INSERT INTO numbers VALUES(?)", [(number,) for number in numbers])
    database.close_writer(connection)


def told(kept: HeldFile) -> list[int] | None:
    with kept.reading() as connection:
        return connection and [number for (number,) in connection.execute("SELECT number FROM numbers ORDER BY 1")]


def test_a_file_that_comes_later_is_read_and_what_is_written_meanwhile_too(kept: HeldFile, path: Path):
    assert told(kept) is None
    put(path, 1)
    assert told(kept) == [1]
    number = kept.number
    put(path, 2)
    assert told(kept) == [1, 2]
    assert kept.number == number


def test_a_view_does_not_change_while_it_is_read(kept: HeldFile, path: Path):
    put(path, 1)
    with kept.reading() as connection:
        assert connection is not None
        assert connection.execute("SELECT count(*) FROM numbers").fetchall() == [(1,)]
        put(path, 2)
        assert connection.execute("SELECT count(*) FROM numbers").fetchall() == [(1,)]
    assert told(kept) == [1, 2]


def test_of_a_file_that_takes_the_place_of_another_nothing_is_known(kept: HeldFile, path: Path):
    put(path, 1)
    assert told(kept) == [1]
    number = kept.number
    kept.notes["newest"] = 1
    path.rename(path.with_suffix(".aside"))
    put(path, 5)
    assert told(kept) == [5]
    assert kept.number != number
    assert kept.notes == {}


def test_a_file_that_is_gone_is_let_go(kept: HeldFile, path: Path):
    put(path, 1)
    assert told(kept) == [1]
    kept.close_gone()
    assert opened(path) > 0
    path.unlink()
    kept.close_gone()
    assert opened(path) == 0
    assert told(kept) is None


def opened(path: Path) -> int:
    links = [one.readlink() for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return sum(link.name.startswith(path.name) for link in links)


def test_damage_is_told_and_the_file_is_opened_anew(kept: HeldFile, path: Path):
    put(path, 1)
    assert told(kept) == [1]
    with pytest.raises(Fault, match="damaged"), kept.reading():
        raise apsw.CorruptError
    assert opened(path) == 0
    assert told(kept) == [1]
