import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from tests.support.faults import disk
from zeropoint.history import database
from zeropoint.history.aside import set_aside
from zeropoint.history.database import Schema
from zeropoint.history.fault import Fault

SCHEMA = Schema(1, "CREATE TABLE pairs(a INTEGER PRIMARY KEY, b BLOB) STRICT")
NOW = datetime(2026, 11, 28, 14, 3, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history" / "pairs.db"


def write(path: Path, count: int = 1, schema: Schema = SCHEMA) -> None:
    connection = database.open_writer(path, schema, "FULL")
    try:
        with database.transaction(connection, path):
            for _ in range(count):
                connection.execute("INSERT INTO pairs VALUES(NULL, zeroblob(1000))")
    finally:
        database.close(connection)


def rows(path: Path) -> int:
    connection = database.open_reader(path, SCHEMA)
    try:
        return int(connection.execute("SELECT count(*) FROM pairs").fetchall()[0][0] or 0)
    finally:
        connection.close()


def kind_of(path: Path) -> str:
    with pytest.raises(Fault) as raised:
        write(path)
    assert str(path.parent.parent) not in str(raised.value)
    return raised.value.kind


def patch(path: Path, at: int, content: bytes) -> None:
    whole = bytearray(path.read_bytes())
    whole[at : at + len(content)] = content
    path.write_bytes(whole)


def test_a_file_is_made_for_its_owner_alone_and_read_beside_its_writer(path: Path):
    connection = database.open_writer(path, SCHEMA, "FULL")
    connection.execute("INSERT INTO pairs VALUES(NULL, x'00')")
    assert rows(path) == 1
    connection.close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_reader_finds_nothing_where_nothing_is(path: Path):
    with pytest.raises(FileNotFoundError):
        database.open_reader(path, SCHEMA)
    path.parent.mkdir()
    path.touch()
    with pytest.raises(FileNotFoundError):
        database.open_reader(path, SCHEMA)
    write(path)
    assert rows(path) == 1


@pytest.mark.parametrize(
    ("at", "content"),
    [
        pytest.param(0, b"xxxx", id="the first bytes"),
        pytest.param(18, b"\x09", id="the version that may write"),
        pytest.param(19, b"\x09", id="the version that may read"),
        pytest.param(68, b"\x00\x00\x00\x01", id="the application"),
        pytest.param(28, b"\xff\xff\xff\xff", id="the number of pages"),
    ],
)
def test_what_is_no_file_of_the_history_is_damaged(path: Path, at: int, content: bytes):
    write(path)
    patch(path, at, content)
    assert kind_of(path) == "damaged"


def test_other_tables_are_damage(path: Path):
    write(path, schema=Schema(1, "CREATE TABLE pairs(a INTEGER PRIMARY KEY, b BLOB, c BLOB AS (b)) STRICT"))
    assert kind_of(path) == "damaged"


def test_a_newer_version_is_told_and_not_touched(path: Path):
    write(path)
    patch(path, 60, (7).to_bytes(4, "big"))
    before = path.read_bytes()
    assert kind_of(path) == "newer"
    assert path.read_bytes() == before


def test_a_wal_whose_file_is_gone_is_not_thrown_away(path: Path):
    write(path)
    wal = Path(f"{path}-wal")
    wal.write_bytes(b"x" * 100)
    path.write_bytes(b"")
    assert kind_of(path) == "damaged"
    assert wal.read_bytes() == b"x" * 100


def test_a_directory_in_its_place_is_told(path: Path):
    path.mkdir(parents=True)
    assert kind_of(path) == "io"


def test_what_was_not_committed_is_not_there(path: Path):
    write(path)
    connection = database.open_writer(path, SCHEMA, "FULL")
    with pytest.raises(ValueError, match="stop"), database.transaction(connection, path):
        connection.execute("INSERT INTO pairs VALUES(NULL, x'00')")
        raise ValueError("stop")
    connection.close()
    assert rows(path) == 1


def test_a_lock_of_another_one_is_in_use(path: Path):
    write(path)
    holder = apsw.Connection(str(path))
    holder.execute("BEGIN IMMEDIATE")
    connection = database.open_writer(path, SCHEMA, "FULL")
    connection.set_busy_timeout(0)
    with pytest.raises(Fault) as raised, database.transaction(connection, path):
        raise AssertionError
    assert raised.value.kind == "in-use"
    connection.close()
    holder.close()


def test_a_reader_waits_where_another_one_holds_the_file_for_a_moment(path: Path):
    write(path)
    holder = apsw.Connection(str(path))
    holder.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
    holder.execute("BEGIN EXCLUSIVE; INSERT INTO pairs VALUES(NULL, x'00'); COMMIT")
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(rows, path)
        with pytest.raises(TimeoutError):
            opening.result(0.05)
        holder.close()
        assert opening.result(10) == 2


def test_what_is_set_aside_is_kept_with_its_wal_and_nothing_is_replaced(path: Path):
    names = []
    for _ in range(2):
        write(path)
        before = path.read_bytes()
        Path(f"{path}-wal").write_bytes(b"wal")
        aside = set_aside(path, NOW)
        names.append(aside.name)
        assert aside.read_bytes() == before
        assert Path(f"{aside}-wal").read_bytes() == b"wal"
        assert not path.exists()
    assert names == ["pairs.db.damaged-20261128T140301Z", "pairs.db.damaged-20261128T140301Z-2"]


def test_pages_that_are_free_go_back_to_the_disk(path: Path):
    write(path, 4000)
    size = path.stat().st_size
    connection = database.open_writer(path, SCHEMA, "FULL")
    connection.execute("DELETE FROM pairs WHERE a < 3900")
    database.release(connection)
    assert path.stat().st_size < size / 5
    assert database.used_bytes(connection) < size / 5
    connection.close()


def test_a_full_disk_is_told_whatever_it_is_that_finds_no_room(tmp_path: Path):
    with disk(tmp_path / "disk", 512 * 1024) as full:
        path = full.path / "history" / "pairs.db"
        full.fill()
        assert kind_of(path) == "full"
        full.free()
        write(path)
        for left in range(0, 96 * 1024, 4096):
            full.fill(left)
            try:
                write(path, 100)
            except Fault as fault:
                assert fault.kind == "full", left
            full.free()
        write(path)


def test_a_read_only_disk_is_told_and_read(tmp_path: Path):
    with disk(tmp_path / "disk", 1024 * 1024) as broken:
        path = broken.path / "history" / "pairs.db"
        write(path, 5)
        broken.make_read_only(True)
        assert kind_of(path) == "read-only"
        assert kind_of(path.with_name("other.db")) == "read-only"
        assert rows(path) == 5
        connection = database.open_reader(path, SCHEMA)
        assert isinstance(connection, database.Fleeting)
        connection.close()
        broken.make_read_only(False)
        write(path)
        assert rows(path) == 6


def test_what_was_written_beside_a_reader_is_read_on_a_disk_that_takes_no_writes_any_more(tmp_path: Path):
    with disk(tmp_path / "disk", 1024 * 1024) as broken:
        path = broken.path / "history" / "pairs.db"
        writer = database.open_writer(path, SCHEMA, "FULL")
        reader = database.open_reader(path, SCHEMA)
        writer.execute("INSERT INTO pairs VALUES(NULL, x'00')")
        assert reader.execute("SELECT count(*) FROM pairs").fetchall() == [(1,)]
        database.close_writer(writer)
        reader.close()
        # As after a start of the machine: what was shared in memory is gone.
        Path(f"{path}-shm").unlink(missing_ok=True)
        broken.make_read_only(True)
        assert rows(path) == 1
        broken.make_read_only(False)


def test_a_copy_of_a_file_that_is_written_reads_like_it(path: Path, tmp_path: Path):
    connection = database.open_writer(path, SCHEMA, "FULL")
    connection.execute("INSERT INTO pairs VALUES(NULL, x'00')")
    shutil.copytree(path.parent, tmp_path / "copy")
    connection.close()
    assert rows(tmp_path / "copy" / path.name) == 1
