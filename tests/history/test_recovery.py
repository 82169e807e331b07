"""What is saved of damaged files, what is told of the rest, and ends in the middle of that."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import apsw
import numpy as np
import pytest

from tests.history.records import NOON_MS
from tests.history.writing import Desk, fill_hours, ids
from zeropoint.history import database, salvage
from zeropoint.history.columns_reader import ColumnReader
from zeropoint.history.database import NEW
from zeropoint.history.fault import Fault
from zeropoint.history.gaps import SCHEMA as GAPS_SCHEMA
from zeropoint.history.gaps import Loss
from zeropoint.history.journal_format import SCHEMA as JOURNAL_SCHEMA
from zeropoint.history.mending import mend
from zeropoint.history.retention import DAY_MS
from zeropoint.history.tiers import SCHEMA as TIERS_SCHEMA
from zeropoint.history.tiers import Tier

JOURNAL, TODAY = "journal.db", "samples/2026-11-28.db"
ALL = (NOON_MS - 800 * DAY_MS, NOON_MS + 800 * DAY_MS)


def write(directory: Path, samples: int, padding_bytes: int = 0) -> None:
    desk = Desk(directory)
    desk.put(samples, padding_bytes=padding_bytes)
    desk.turn_later()
    desk.close()


def started(directory: Path, after_samples: int) -> Desk:
    """The writer of the next process, which goes on when the one before ended."""
    desk = Desk(directory, "e2")
    desk.now_ms += 1000 * after_samples
    return desk


def edit(path: Path, sql: str, *values: object) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(sql, values)  # type: ignore[arg-type]
    connection.close()


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    rows = connection.execute(sql).fetchall()
    connection.close()
    return rows


def spoil_root(path: Path, name: str) -> None:
    """Flips a bit of the page where a table or an index begins, such that SQLite says that it is damaged."""
    ((page,),) = ask(path, f"SELECT rootpage FROM sqlite_schema WHERE name = '{name}'")  # noqa: S608
    ((size,),) = ask(path, "PRAGMA page_size")
    assert isinstance(page, int)
    assert isinstance(size, int)
    content = bytearray(path.read_bytes())
    content[(page - 1) * size] ^= 1
    path.write_bytes(content)


def spoil_block(path: Path, number: int, table: str = "blocks") -> None:
    """Flips a bit of the content of a block."""
    ((key, content),) = ask(path, f"SELECT rowid, content FROM {table} ORDER BY 1 LIMIT 1 OFFSET {number}")  # noqa: S608
    assert isinstance(content, bytes)
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    edit(path, f"UPDATE {table} SET content = ? WHERE rowid = ?", bytes(changed), key)  # noqa: S608


def damaged(desk: Desk) -> list[Loss]:
    return [loss for loss in desk.losses() if loss.reason == "damaged"]


def times_of(directory: Path, tier: Tier, names: tuple[str, ...] = ("server.clients",)) -> list[int]:
    reader = ColumnReader(directory)
    stretch, holes = reader.read(names, *ALL, tier)
    reader.close()
    assert holes == []
    return [int(time_ms) for time_ms in stretch.times_ms]


@pytest.mark.parametrize("schema", [JOURNAL_SCHEMA, TIERS_SCHEMA, GAPS_SCHEMA])
def test_the_first_page_that_stands_in_is_that_of_a_new_file(tmp_path: Path, schema: database.Schema):
    path = tmp_path / "any.db"
    database.open_writer(path, schema, "NORMAL").close()
    with salvage.opened(path, schema) as connection:
        assert connection is not None
        stands_in = connection.execute("SELECT name, rootpage, sql FROM sqlite_schema").fetchall()
    assert stands_in == ask(path, "SELECT name, rootpage, sql FROM sqlite_schema")


# --- the journal


@pytest.mark.parametrize(("at", "size"), [(0, 100), (20, 20), (100, 3996)])
def test_a_header_that_says_nonsense_costs_no_sample(tmp_path: Path, at: int, size: int):
    write(tmp_path, 600)
    content = bytearray((tmp_path / JOURNAL).read_bytes())
    content[at : at + size] = b"\xff" * size
    (tmp_path / JOURNAL).write_bytes(content)
    desk = started(tmp_path, 600)
    desk.put(1)
    assert desk.ids() == [*ids(1, 600), "e2-1"]
    assert damaged(desk) == []
    assert desk.writer.journal.lost_total == 0
    (aside,) = tmp_path.glob("journal.db.damaged-*Z")
    assert aside.read_bytes() == bytes(content)
    desk.close()


def test_what_a_wal_has_is_saved_with_the_file_and_neither_is_changed(tmp_path: Path):
    running = Desk(tmp_path / "running")
    running.put(150)
    shutil.copytree(tmp_path / "running", tmp_path / "killed")
    running.close()
    killed = tmp_path / "killed"
    before = (killed / f"{JOURNAL}-wal").read_bytes()
    (killed / JOURNAL).write_bytes(b"")
    desk = started(killed, 150)
    desk.put(1)
    assert desk.ids() == [*ids(1, 150), "e2-1"]
    (aside,) = killed.glob("journal.db.damaged-*Z-wal")
    assert aside.read_bytes() == before
    desk.close()


def test_a_block_that_is_damaged_is_counted_and_told(tmp_path: Path):
    write(tmp_path, 300)
    spoil_block(tmp_path / JOURNAL, 1)
    desk = started(tmp_path, 300)
    desk.put(1)
    desk.writer.journal.doubt()
    desk.put(100)
    lost = 401 - len(desk.ids())
    assert lost == 60
    assert desk.writer.journal.lost_total == desk.writer.journal.damaged_total == lost
    assert [(loss.lost, loss.to_ms - loss.from_ms) for loss in damaged(desk)] == [(lost, 61_000)]
    (told,) = desk.writer.failures()
    assert "/journal.db was damaged, and is kept as journal.db.damaged-" in told
    # Another damage does not count what was lost by the first again.
    spoil_block(tmp_path / JOURNAL, 3)
    desk.writer.journal.doubt()
    desk.put(1)
    assert desk.writer.journal.damaged_total == sum(loss.lost or 0 for loss in damaged(desk)) == 402 - len(desk.ids())
    desk.close()


def test_a_damaged_block_that_is_read_is_looked_at(tmp_path: Path):
    write(tmp_path, 300)
    spoil_block(tmp_path / JOURNAL, 1)
    desk = started(tmp_path, 300)
    desk.writer._reader.after("e1-1", 200)
    desk.put(1)
    assert desk.writer.journal.damaged_total == 60
    desk.close()


def test_damage_that_nobody_reads_is_found_in_time(tmp_path: Path):
    write(tmp_path, 300)
    spoil_block(tmp_path / JOURNAL, 1)
    desk = started(tmp_path, 300)
    desk.put(130)
    assert desk.writer.journal.damaged_total == 60
    desk.close()


def test_what_is_lost_at_both_ends_of_a_journal_is_counted_by_the_columns(tmp_path: Path):
    write(tmp_path, 600)
    edit(tmp_path / JOURNAL, "DELETE FROM blocks WHERE position < 100 OR position > 500")
    edit(tmp_path / JOURNAL, "DELETE FROM rows")
    edit(tmp_path / JOURNAL, "PRAGMA user_version = 0")
    desk = started(tmp_path, 600)
    desk.put(1)
    kept = desk.ids()
    assert kept[-1] == "e2-1"
    assert len(kept) < 450
    assert desk.writer.journal.lost_total == 601 - len(kept)
    assert sum(loss.lost or 0 for loss in damaged(desk)) == 601 - len(kept)
    assert len(desk.column_times()) == 601
    desk.close()


def test_a_journal_of_which_nothing_is_left_is_counted(tmp_path: Path):
    write(tmp_path, 600)
    (tmp_path / JOURNAL).write_bytes(b"\xff" * 8192)
    desk = started(tmp_path, 600)
    desk.put(1)
    assert desk.ids() == ["e2-1"]
    assert desk.writer.journal.lost_total == 600
    (loss,) = damaged(desk)
    assert (loss.lost, loss.from_ms, loss.to_ms) == (600, NOON_MS + 1000, NOON_MS + 600_000)
    desk.close()


def test_samples_that_wait_while_a_journal_is_mended_are_not_lost(tmp_path: Path):
    desk = Desk(tmp_path)
    desk.put(130)
    desk.put(70, turns=False)
    spoil_block(tmp_path / JOURNAL, 0)
    desk.writer.journal.doubt()
    desk.turn()
    assert desk.ids() == ids(60, 200)
    assert desk.writer.journal.lost_total == 59
    desk.close()


# --- ends in between


def stopped_while_it_is_saved(source: apsw.Connection | None, target: apsw.Connection) -> None:
    target.execute("INSERT INTO pruned VALUES('e0', 1, 1)")
    raise apsw.FullError


def test_without_room_for_another_file_the_damaged_one_stays_and_is_saved_later(tmp_path: Path):
    write(tmp_path, 600)
    spoil_root(tmp_path / JOURNAL, "blocks_by_time")
    before = (tmp_path / JOURNAL).read_bytes()
    fault = Fault("damaged", tmp_path / JOURNAL)
    desk = started(tmp_path, 600)
    with pytest.raises(Fault, match=r"journal\.db: the disk is full \(it is damaged, and could not be replaced yet\)"):
        mend(fault, JOURNAL_SCHEMA, stopped_while_it_is_saved, tmp_path, desk.now())
    assert (tmp_path / JOURNAL).read_bytes() == before
    assert list(tmp_path.glob(f"*{NEW}*")) == list(tmp_path.glob("*.damaged-*")) == []
    desk.writer.journal.doubt()
    desk.put(2)
    assert desk.ids() == [*ids(1, 600), "e2-1", "e2-2"]
    desk.close()


def test_after_an_end_while_it_was_saved_it_is_saved_anew(tmp_path: Path):
    write(tmp_path, 600)
    spoil_root(tmp_path / JOURNAL, "blocks_by_time")
    half = tmp_path / f"{JOURNAL}{NEW}"
    database.open_writer(half, JOURNAL_SCHEMA, "NORMAL").close()
    desk = started(tmp_path, 600)
    desk.put(1)
    assert not half.exists()
    desk.writer.journal.doubt()
    desk.put(1)
    assert desk.ids() == [*ids(1, 600), "e2-1", "e2-2"]
    desk.close()


@pytest.mark.parametrize("name", [JOURNAL, "hours/2026.db"])
def test_after_an_end_before_the_new_file_took_its_place_it_takes_it(tmp_path: Path, name: str):
    write(tmp_path, 600)
    fill_hours(tmp_path)
    path = tmp_path / name
    before = ask(path, "SELECT * FROM blocks")
    path.rename(f"{path}{NEW}")
    Path(f"{path}-wal").write_bytes(b"left of the damaged one")
    desk = started(tmp_path, 600)
    desk.put(1)
    assert ask(path, "SELECT * FROM blocks")[: len(before)] == before
    assert not Path(f"{path}{NEW}").exists()
    desk.close()


# --- the columns


def old_hours(directory: Path, names: tuple[str, ...]) -> list[int]:
    return [time_ms for time_ms in times_of(directory, "hours", names) if time_ms < NOON_MS - DAY_MS]


@pytest.mark.parametrize("name", ["blocks_by_start", "series_by_crc", "sqlite_autoindex_blocks_1"])
def test_an_index_of_the_hours_that_is_damaged_costs_no_value(tmp_path: Path, name: str):
    directory = tmp_path / "history"
    write(directory, 130)
    names = fill_hours(directory)
    before = old_hours(directory, names)
    assert len(before) > 190
    spoil_root(directory / "hours" / "2026.db", name)
    desk = started(directory, 130)
    desk.writer.columns.doubt(directory / "hours" / "2026.db")
    desk.put(2)
    assert old_hours(directory, names) == before
    assert damaged(desk) == []
    (told,) = desk.writer.failures()
    assert "hours/2026.db was damaged, and is kept as 2026.db.damaged-" in told
    desk.close()


def test_a_block_of_the_hours_that_is_damaged_is_told_with_its_day(tmp_path: Path):
    directory = tmp_path / "history"
    write(directory, 130)
    names = fill_hours(directory)
    before = old_hours(directory, names)
    spoil_block(directory / "hours" / "2026.db", 4)
    desk = started(directory, 130)
    asked: list[Path] = []
    reader = ColumnReader(directory, doubt=asked.append)
    _, (hole,) = reader.read(names, *ALL, "hours")
    reader.close()
    assert asked == [directory / "hours" / "2026.db"]
    desk.writer.doubt(asked[0])
    desk.put(2)
    (loss,) = damaged(desk)
    assert (loss.from_ms, loss.to_ms, loss.lost) == (hole.from_ms, hole.to_ms, None)
    after = old_hours(directory, names)
    assert after == [time for time in before if not loss.from_ms <= time < loss.to_ms]
    assert len(after) == len(before) - 24
    desk.close()


def test_a_block_of_the_samples_that_is_damaged_is_made_of_the_journal_again(tmp_path: Path):
    write(tmp_path, 1000)
    before = times_of(tmp_path, "samples")
    spoil_block(tmp_path / TODAY, 1)
    desk = started(tmp_path, 1000)
    desk.writer.doubt(tmp_path / TODAY)
    desk.put(2)
    desk.turn_later()
    assert times_of(tmp_path, "samples")[:1000] == before
    assert damaged(desk) == []
    desk.close()


def test_a_name_that_is_damaged_is_known_by_the_other_files(tmp_path: Path):
    write(tmp_path, 3700)
    edit(tmp_path / TODAY, "UPDATE series SET name = 'server.clienxs' WHERE name = 'server.clients'")
    desk = started(tmp_path, 3700)
    desk.writer.doubt(tmp_path / TODAY)
    desk.put(1)
    reader = ColumnReader(tmp_path)
    stretch, _ = reader.read(["server.clients"], NOON_MS, NOON_MS + 3_600_000, "samples")
    reader.close()
    assert not np.isnan(stretch.mean).any()
    desk.close()


def test_samples_that_the_journal_has_no_more_are_told_where_a_file_loses_them(tmp_path: Path):
    write(tmp_path, 1000)
    edit(tmp_path / JOURNAL, "DELETE FROM blocks")
    edit(tmp_path / JOURNAL, "DELETE FROM rows")
    spoil_block(tmp_path / TODAY, 1)
    desk = started(tmp_path, 1000)
    desk.writer.doubt(tmp_path / TODAY)
    desk.put(1)
    assert [loss.to_ms - loss.from_ms for loss in damaged(desk)] == [300_000]
    desk.close()


@pytest.mark.parametrize("name", ["losses", "losses_by_time"])
def test_what_can_be_read_of_the_list_of_losses_is_kept(tmp_path: Path, name: str):
    desk = Desk(tmp_path)
    for _ in range(5):
        desk.put(3)
        desk.put(1, step_ms=60_000)
    before = desk.losses()
    assert len(before) == 5
    desk.close()
    spoil_root(tmp_path / "gaps.db", name)
    again = Desk(tmp_path, "e2")
    again.now_ms = desk.now_ms
    again.writer.gaps.doubt()
    again.put(2)
    told = [loss for loss in again.losses() if loss.reason == "clock-set"]
    assert told == (before if name == "losses_by_time" else [])
    assert len(list(tmp_path.glob("gaps.db.damaged-*Z"))) == 1
    again.close()


# --- who reads


def test_an_old_file_that_cannot_be_read_is_a_hole_and_no_more(tmp_path: Path):
    write(tmp_path, 130)
    unreadable = tmp_path / "samples" / "2026-11-01.db"
    unreadable.symlink_to("/proc/self/mem")
    reader = ColumnReader(tmp_path)
    stretch, holes = reader.read(["server.clients"], *ALL, "samples")
    assert len(stretch.times_ms) == 130
    (hole,) = holes
    assert hole.reason.startswith("samples/2026-11-01.db: the disk fails (")
    assert reader.extent("samples") == (NOON_MS + 1000, NOON_MS + 130_000)
    assert "server.clients" in reader.names(*ALL)
    reader.close()


def test_a_file_that_the_disk_does_not_give_is_not_taken_for_damaged(tmp_path: Path):
    path = tmp_path / "journal.db"
    path.symlink_to("/proc/self/mem")  # whose first byte no read gives

    def never(*_: object) -> None:
        raise AssertionError("it was replaced")

    with pytest.raises(Fault, match=r"the disk fails \(Input/output error\)"):
        mend(Fault("damaged", path), JOURNAL_SCHEMA, never, tmp_path, datetime.fromtimestamp(0, UTC))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["journal.db"]


def test_files_that_are_gone_are_not_kept_open(tmp_path: Path):
    write(tmp_path, 130)
    reader = ColumnReader(tmp_path)
    assert len(reader.read(["server.clients"], *ALL, "samples")[0].times_ms) == 130
    assert held(tmp_path)
    for path in (tmp_path / "samples").iterdir():
        path.unlink()
    reader.extent("samples")
    assert held(tmp_path) == []
    reader.close()


def held(directory: Path) -> list[str]:
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            path = os.readlink(f"/proc/self/fd/{descriptor}")
        except FileNotFoundError:  # that of the listing
            continue
        if path.startswith(str(directory / "samples")):
            found.append(path)
    return found


def test_without_the_lock_nothing_is_written_at_the_end_either(tmp_path: Path):
    def claim() -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    desk = Desk(tmp_path / "history", claim=claim)
    desk.put(130)
    desk.close()
    assert not (tmp_path / "history").exists()
