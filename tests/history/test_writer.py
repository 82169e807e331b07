from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from tests.history.records import NOON_MS, record
from tests.history.writing import Desk, ids
from zeropoint.history.columns import ColumnStore
from zeropoint.history.gaps import Loss
from zeropoint.history.retention import DAY_MS, Limits

JOURNAL = "journal.db"
TODAY = "samples/2026-11-28.db"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "history"


def spoil(path: Path, at: int = 0, size: int = 100) -> None:
    """Overwrites bytes of a file; of its end with a negative place."""
    content = bytearray(path.read_bytes())
    at = at if at >= 0 else len(content) + at
    content[at : at + size] = b"\xa5" * size
    path.write_bytes(content)


def set_version(path: Path, version: int) -> None:
    connection = apsw.Connection(str(path))
    connection.pragma("user_version", version)
    connection.close()


def leaf_pages(path: Path) -> list[int]:
    """Where leaves of tables lie, by the first byte that SQLite's file format has for them."""
    content = path.read_bytes()
    return [page for page in range(1, len(content) // 4096) if content[4096 * page] == 13]


def asides(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.rglob("*.damaged-*") if not path.name.endswith("-wal"))


def test_a_sample_is_in_the_journal_and_in_the_columns_after_a_turn(directory: Path):
    desk = Desk(directory)
    desk.put()
    assert desk.ids() == ["e1-1"]
    assert desk.column_times() == [NOON_MS + 1000]
    assert desk.writer.failures() == []


def test_a_sample_can_be_read_before_the_writer_has_seen_it(directory: Path):
    desk = Desk(directory)
    desk.put(3)
    desk.put(2, turns=False)
    assert desk.column_times() == [NOON_MS + 1000 * (1 + index) for index in range(5)]


def runs(directory: Path) -> list[tuple[str, int, int]]:
    """The blocks of samples that are written."""
    store = ColumnStore(directory)
    found = [(run.epoch, run.first_sequence, run.last_sequence) for run in store.runs()]
    store.close()
    return found


def test_blocks_go_to_the_columns_when_they_are_over(directory: Path):
    desk = Desk(directory)
    desk.put(700)
    assert runs(directory) == [("e1", 1, 299), ("e1", 300, 599)]
    assert desk.column_times() == [NOON_MS + 1000 * (1 + index) for index in range(700)]
    desk.close()
    assert runs(directory) == [("e1", 1, 299), ("e1", 300, 599), ("e1", 600, 700)]
    assert Desk(directory).column_times() == [NOON_MS + 1000 * (1 + index) for index in range(700)]


def test_what_was_not_in_the_columns_when_it_was_killed_is_made_of_the_journal(directory: Path):
    killed = Desk(directory)
    killed.put(430)  # and nothing is closed
    again = Desk(directory, "e2")
    again.now_ms = killed.now_ms + 5000
    again.put(2)
    again.turn_later()
    assert again.column_times() == [NOON_MS + 1000 * (1 + i) for i in range(430)] + [again.now_ms - 1000, again.now_ms]
    assert again.losses() == [Loss(killed.now_ms, again.now_ms - 1000, None, "not-running")]


def test_the_columns_are_made_of_the_journal_where_they_are_lost(directory: Path):
    first = Desk(directory)
    first.put(750)
    first.close()
    for path in (directory / "samples").iterdir():
        path.unlink()
    again = Desk(directory, "e2")
    again.now_ms = first.now_ms
    again.put(1)
    again.turn_later()
    assert len(again.column_times()) == 751
    # Each block as it was, though fewer samples are read at a time than it has.
    assert runs(directory) == [("e1", 1, 299), ("e1", 300, 599), ("e1", 600, 750)]


def test_ticks_that_were_missed_are_noted(directory: Path):
    desk = Desk(directory)
    desk.put(1)
    desk.waiting.put(record(2, time_ms=NOON_MS + 5000, missed=3))
    desk.turn()
    assert desk.losses() == [Loss(NOON_MS + 1000, NOON_MS + 5000, 3, "missed-ticks")]


@pytest.mark.parametrize("step_ms", [-3_600_000, 3_600_000])
def test_a_clock_that_was_set_costs_no_sample(directory: Path, step_ms: int):
    desk = Desk(directory)
    desk.put(90)
    desk.put(1, step_ms=step_ms)
    desk.put(89)
    times = [NOON_MS + 1000 * (1 + index) for index in range(90)]
    times += [times[-1] + step_ms + 1000 * index for index in range(90)]
    assert desk.ids() == ids(1, 180)
    assert desk.column_times() == sorted(times)
    earlier, later = sorted((times[89], times[90]))
    assert desk.losses() == [Loss(earlier, later, 0, "clock-set")]


def test_a_clock_that_jumped_a_year_ahead_deletes_nothing(directory: Path):
    desk = Desk(directory)
    desk.put(121)
    desk.put(1, step_ms=365 * DAY_MS)
    desk.put(121)
    desk.put(1, step_ms=-365 * DAY_MS)
    desk.put(10)
    assert desk.ids() == ids(1, 254)


def test_after_a_year_without_it_the_clock_is_trusted_after_an_hour(directory: Path):
    first = Desk(directory)
    first.put(61)
    first.close()
    again = Desk(directory, "e2")
    again.now_ms += 365 * DAY_MS
    again.put(121)
    assert again.ids()[:60] == ids(1, 60)
    again.seconds += 3600
    again.put(61)
    assert "e1-1" not in again.ids()


def test_a_damaged_journal_is_set_aside_and_all_that_is_left_of_it_is_kept(directory: Path):
    first = Desk(directory)
    first.put(1000, padding_bytes=3000)
    first.close()
    pages = leaf_pages(directory / JOURNAL)
    spoil(directory / JOURNAL, at=4096 * pages[len(pages) // 2], size=4096)
    spoiled = b"\xa5" * 4096
    again = Desk(directory, "e2")
    again.now_ms = first.now_ms
    again.put(1)
    again.writer.journal.doubt()
    again.put(1)
    kept = again.ids()
    assert kept[-2:] == ["e2-1", "e2-2"]
    assert len(asides(directory)) == 1
    assert spoiled in (directory / asides(directory)[0]).read_bytes()
    lost = 1002 - len(kept)
    assert 0 <= lost < 200
    assert again.writer.journal.damaged_total == lost
    assert sum(loss.lost or 0 for loss in again.losses() if loss.reason == "damaged") == lost


@pytest.mark.parametrize("name", [JOURNAL, "gaps.db", TODAY])
def test_a_file_that_is_no_database_is_set_aside_and_another_one_begun(directory: Path, name: str):
    first = Desk(directory)
    first.put(130)
    first.close()
    spoil(directory / name)
    again = Desk(directory, "e2")
    again.now_ms = first.now_ms
    again.put(70)
    again.turn_later()
    again.put(1)
    stamp = datetime.fromtimestamp(first.now_ms / 1000 + 1, UTC).strftime("%Y%m%dT%H%M%SZ")
    assert asides(directory)[0].startswith(f"{Path(name).name}.damaged-{stamp[:11]}")
    assert again.ids()[-71:] == ids(1, 71, "e2")
    assert len(again.column_times()) >= 71
    (told,) = again.writer.failures()
    assert told.startswith(f"history: {Path(name).parent.name or 'history'}/{Path(name).name} was damaged, and is kept")
    if name == TODAY:
        assert len(again.column_times()) == 130 + 71


def test_a_disk_that_damages_all_is_not_filled_with_it(directory: Path):
    desk = Desk(directory)
    for _ in range(20):
        desk.put(1)
        desk.writer.journal.close()
        for name in (JOURNAL, f"{JOURNAL}-wal"):
            if (directory / name).exists():
                spoil(directory / name, size=4096)
    assert len(asides(directory)) == 16
    assert any("it is damaged (16 others were already and are kept)" in line for line in desk.writer.failures())


def test_what_lies_set_aside_is_told_until_it_is_moved_away(directory: Path):
    first = Desk(directory)
    first.put(1)
    first.close()
    spoil(directory / JOURNAL)
    again = Desk(directory, "e2")
    again.put(2)
    assert len(again.writer.failures()) == 1
    (directory / asides(directory)[0]).unlink()
    again.put(60)
    assert again.writer.failures() == []


def test_a_newer_journal_is_left_alone_until_it_is_gone(directory: Path):
    first = Desk(directory)
    first.put(10)
    first.close()
    set_version(directory / JOURNAL, 99)
    before = (directory / JOURNAL).read_bytes()
    again = Desk(directory, "e2", capacity_records=20)
    again.now_ms = first.now_ms
    again.put(50)
    assert (directory / JOURNAL).read_bytes() == before
    (told,) = again.writer.failures()
    assert "history/journal.db: it was written by a newer version (version 99), since 2026-11-28T" in told
    assert told.endswith("; 30 samples are lost")
    set_version(directory / JOURNAL, 1)
    again.turn_later()
    again.put(10)
    assert again.writer.failures() == []
    # The twenty that waited, and what came since.
    assert again.ids()[-30:] == ids(31, 60, "e2")
    assert again.writer.journal.lost_total == 30
    assert [loss.lost for loss in again.losses() if loss.reason == "history-failed"] == [30]


def test_newer_columns_are_left_alone_and_caught_up_with(directory: Path):
    desk = Desk(directory)
    desk.put(330)
    desk.writer.columns.close()
    set_version(directory / TODAY, 99)
    desk.put(1200)
    (told,) = desk.writer.failures()
    assert "samples/2026-11-28.db: it was written by a newer version" in told
    assert "lost" not in told
    set_version(directory / TODAY, 1)
    desk.put(10)
    desk.turn_later()
    assert desk.writer.failures() == []
    assert len(desk.column_times()) == 1540


def test_a_queue_that_overflows_is_told_with_what_is_lost(directory: Path):
    desk = Desk(directory, capacity_records=10)
    desk.put(25, turns=False)
    desk.turn()
    assert desk.ids() == ids(16, 25)
    assert desk.losses() == [Loss(NOON_MS, NOON_MS + 16_000, 15, "queue-full")]


def test_a_directory_that_belongs_to_another_process_is_not_written(directory: Path):
    taken = [True]

    def claim() -> None:
        if taken[0]:
            raise BlockingIOError(11, "Resource temporarily unavailable")

    desk = Desk(directory)
    desk.writer._claim = claim
    desk.put(10)
    assert not directory.exists()
    assert "another process holds it" in desk.writer.failures()[0]
    taken[0] = False
    desk.put(5)
    assert desk.ids() == ids(1, 15)


def stored_bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*.db*"))


def test_the_size_limit_holds_and_a_journal_of_a_day_does_not_cost_the_columns(directory: Path):
    limit = 4 * 1024 * 1024
    desk = Desk(directory, limits=Limits(size_bytes=limit))
    for _ in range(8):
        desk.put(200, padding_bytes=20_000, random=True)
        assert stored_bytes(directory) < limit + 2 * 1024 * 1024
    assert desk.ids()[-1] == "e1-1600"
    assert len(desk.ids()) < 300
    # Of what is no more in the journal there are values still.
    assert len(desk.column_times()) == 1600
    desk.close()


def test_what_has_no_room_for_an_hour_is_told_and_a_shorter_history_is_not(directory: Path):
    limits = Limits(size_bytes=4 * 1024 * 1024)
    desk = Desk(directory, limits=limits)
    desk.put(300, padding_bytes=20_000, random=True)
    assert "history: history_size_mib has no room for an hour of whole samples" in desk.writer.failures()
    # At a tenth of that it has.
    desk.put(400, padding_bytes=1000, random=True, step_ms=15_000)
    assert desk.writer.failures() == []
    desk.close()


def test_a_small_machine_with_a_small_limit_is_well(directory: Path):
    desk = Desk(directory, limits=Limits(size_bytes=4 * 1024 * 1024))
    desk.put(1500, step_ms=60_000)
    assert desk.writer.failures() == []
    assert len({time_ms // DAY_MS for time_ms in desk.column_times()}) > 1
    desk.close()


def test_files_that_are_too_old_go(directory: Path):
    desk = Desk(directory, limits=Limits(samples_ms=2 * DAY_MS, journal_ms=DAY_MS))
    for _ in range(6):
        desk.put(70)
        desk.put(1, step_ms=DAY_MS - 70_000)
        desk.seconds += 7200
        desk.turn_later()
    days = sorted(path.name for path in (directory / "samples").glob("*.db"))
    assert days == ["2026-12-01.db", "2026-12-02.db", "2026-12-03.db"]
    assert [path.name for path in (directory / "minutes").glob("*.db")] != []


def test_nothing_is_written_twice_after_a_commit_that_only_seemed_to_fail(directory: Path):
    desk = Desk(directory)
    desk.put(5)
    desk.waiting.put_back(record(5, time_ms=desk.now_ms))
    desk.put(1)
    assert desk.ids() == ids(1, 6)


def test_a_fault_of_its_own_is_told_and_ends_nothing(directory: Path):
    desk = Desk(directory)
    desk.put(3)
    broken = record(4, time_ms=desk.now_ms + 1000)
    desk.waiting.put(type(broken)(**{**{f: getattr(broken, f) for f in broken.__struct_fields__}, "sample": None}))
    desk.waiting.close()
    desk.writer.run()
    assert desk.writer.failures() == ["history: a fault of its own (AttributeError)"]
