from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from tests.history.records import NOON_MS, record
from zeropoint.history.journal import Journal
from zeropoint.history.journal_format import FILE
from zeropoint.history.journal_reader import JournalReader, Stored, Tail

HOUR_MS = 3_600_000


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "history")
    yield made
    made.close()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[JournalReader]:
    made = JournalReader(tmp_path / "history")
    yield made
    made.close()


def fill(journal: Journal, first: int, last: int, epoch: str = "e1", start_ms: int = NOON_MS) -> None:
    for sequence in range(first, last + 1):
        journal.append(record(sequence, epoch, time_ms=start_ms + 1000 * (sequence - 1)))
        journal.seal()


def ids(rows: list[Stored]) -> list[str]:
    return [row.id for row in rows]


def expected(first: int, last: int, epoch: str = "e1") -> list[str]:
    return [f"{epoch}-{sequence}" for sequence in range(first, last + 1)]


def told(tail: Tail) -> tuple[str | None, str | None, int | None, str] | None:
    gap = tail.gap
    return gap and (gap.since, gap.until, gap.lost, gap.reason)


def counts(directory: Path) -> tuple[int, int]:
    connection = apsw.Connection(str(directory / "history" / FILE), flags=apsw.SQLITE_OPEN_READONLY)
    rows = connection.execute("SELECT (SELECT count(*) FROM rows), (SELECT count(*) FROM blocks)").fetchall()[0]
    connection.close()
    return int(rows[0] or 0), int(rows[1] or 0)


def damage(directory: Path, statement: str) -> None:
    connection = apsw.Connection(str(directory / "history" / FILE))
    connection.execute(statement)
    connection.close()


def test_a_sample_comes_back_exactly_as_soon_as_it_is_written(journal: Journal, reader: JournalReader):
    journal.append(record(1, missed=3))
    assert reader.after("e1-0", 10).rows == [Stored("e1-1", NOON_MS, 3, 0, record(1).payload)]


def test_minutes_that_are_over_become_blocks_and_nothing_changes_for_readers(
    journal: Journal, reader: JournalReader, tmp_path: Path
):
    fill(journal, 1, 150)
    assert counts(tmp_path) == (30, 2)
    tail = reader.after("e1-1", 1000)
    assert ids(tail.rows) == expected(2, 150)
    assert [row.payload for row in tail.rows] == [record(sequence).payload for sequence in range(2, 151)]
    assert (tail.gap, tail.is_end) == (None, True)


@pytest.mark.parametrize("last_seen", [1, 59, 60, 61, 119, 120, 121, 149, 150])
def test_a_reader_goes_on_after_any_sample(journal: Journal, reader: JournalReader, last_seen: int):
    fill(journal, 1, 150)
    tail = reader.after(f"e1-{last_seen}", 1000)
    assert ids(tail.rows) == expected(last_seen + 1, 150)
    assert tail.gap is None


def test_a_long_tail_comes_in_parts(journal: Journal, reader: JournalReader):
    fill(journal, 1, 150)
    id, found, ends = "e1-0", [], []
    while not ends or not ends[-1]:
        tail = reader.after(id, 50)
        found += ids(tail.rows)
        ends.append(tail.is_end)
        id = tail.rows[-1].id
    assert found == expected(1, 150)
    assert ends == [False, False, True]


def test_samples_go_on_over_restarts(reader: JournalReader, tmp_path: Path):
    for number, epoch in enumerate(("e1", "e2", "e3")):
        journal = Journal(tmp_path / "history")
        fill(journal, 1, 70, epoch, NOON_MS + number * HOUR_MS)
        journal.close()
    tail = reader.after("e1-65", 1000)
    assert tail.gap is None
    assert ids(tail.rows) == expected(66, 70) + expected(1, 70, "e2") + expected(1, 70, "e3")


def test_what_was_pruned_is_told_with_its_count(journal: Journal, reader: JournalReader):
    fill(journal, 1, 200)
    journal.prune(NOON_MS + 120_000 + HOUR_MS, HOUR_MS)
    tail = reader.after("e1-10", 1000)
    assert told(tail) == ("e1-10", "e1-121", 110, "beyond-replay")
    assert ids(tail.rows) == expected(121, 200)
    assert tail.rows[0].lost == 0


def test_the_count_goes_over_epochs_that_are_gone(journal: Journal, reader: JournalReader):
    fill(journal, 1, 90, "e1")
    fill(journal, 1, 90, "e2", NOON_MS + HOUR_MS)
    fill(journal, 1, 90, "e3", NOON_MS + 2 * HOUR_MS)
    journal.prune(NOON_MS + 2 * HOUR_MS + 60_000 + HOUR_MS, HOUR_MS)
    # 80 of the first, 90 of the second, and the first minute of the third.
    assert told(reader.after("e1-10", 1000)) == ("e1-10", "e3-61", 80 + 90 + 60, "beyond-replay")


def test_samples_that_never_arrived_are_counted_where_they_are_missing(journal: Journal, reader: JournalReader):
    for sequence in (1, 2, 5, 6):
        journal.append(record(sequence))
    tail = reader.after("e1-1", 10)
    assert [(row.id, row.lost) for row in tail.rows] == [("e1-2", 0), ("e1-5", 2), ("e1-6", 0)]
    assert told(reader.after("e1-2", 10)) == ("e1-2", "e1-5", 2, "beyond-replay")
    assert told(reader.after("e1-3", 10)) == ("e1-3", "e1-5", 1, "beyond-replay")


@pytest.mark.parametrize("id", ["", "x", "e1-", "zz-1", "e1-1\r\n", "\udcff", "9" * 70000, "e1-\u0661"])
def test_of_an_id_that_is_not_ours_it_knows_nothing(journal: Journal, reader: JournalReader, id: str):
    fill(journal, 1, 3)
    tail = reader.after(id, 10)
    assert told(tail) == (None, None, None, "unknown-id")
    assert (tail.rows, tail.is_end) == ([], True)


def test_after_an_unknown_epoch_comes_what_was_written_later(journal: Journal, reader: JournalReader):
    fill(journal, 1, 3, "e1")
    fill(journal, 1, 3, "e3", NOON_MS + HOUR_MS)
    tail = reader.after("e2-7", 10)
    assert told(tail) == ("e2-7", "e3-1", None, "unknown-id")
    assert ids(tail.rows) == expected(1, 3, "e3")


def test_a_client_that_saw_more_than_was_durable_misses_nothing(journal: Journal, reader: JournalReader):
    fill(journal, 1, 3, "e1")
    assert reader.after("e1-4", 10).rows == []
    fill(journal, 1, 3, "e2", NOON_MS + HOUR_MS)
    tail = reader.after("e1-4", 10)
    assert (tail.gap, ids(tail.rows)) == (None, expected(1, 3, "e2"))


def test_the_sample_of_a_moment_is_the_newest_before_it(journal: Journal, reader: JournalReader):
    fill(journal, 1, 150)
    for sequence in (1, 60, 61, 150):
        at = reader.at(NOON_MS + 1000 * (sequence - 1) + 999)
        assert at is not None and at.id == f"e1-{sequence}"
    assert reader.at(NOON_MS - 1) is None
    assert reader.at(NOON_MS + 149_000 + 5001) is None


def test_samples_of_a_stretch(journal: Journal, reader: JournalReader):
    fill(journal, 1, 150)
    found = list(reader.between(NOON_MS + 55_000, NOON_MS + 130_000))
    assert ids(found) == expected(56, 131)
    assert {row.lost for row in found} == {0}
    assert list(reader.between(NOON_MS - 2000, NOON_MS - 1)) == []


def test_a_stretch_that_is_sealed_while_it_is_read_is_read_once(journal: Journal, reader: JournalReader):
    fill(journal, 1, 110)
    reading = reader.between(0, 2 * NOON_MS)
    found = [next(reading).id]
    fill(journal, 111, 130)
    assert found + ids(list(reading)) == expected(1, 130)


def test_a_clock_that_was_set_keeps_the_order_of_writing(journal: Journal, reader: JournalReader):
    fill(journal, 1, 70)
    fill(journal, 71, 140, start_ms=NOON_MS - HOUR_MS)
    assert ids(reader.after("e1-0", 1000).rows) == expected(1, 140)
    assert ids(list(reader.between(NOON_MS, NOON_MS + 5000))) == expected(1, 6)
    back = reader.at(NOON_MS - HOUR_MS + 100_000)
    assert back is not None and back.id == "e1-101"


def test_blocks_of_a_clock_that_was_ahead_go_with_those_after_them(journal: Journal, reader: JournalReader):
    fill(journal, 1, 60, start_ms=NOON_MS + 9000 * HOUR_MS)
    fill(journal, 61, 121, start_ms=NOON_MS - 60_000)
    journal.prune(NOON_MS + 61_000, HOUR_MS)
    assert ids(reader.after("e1-0", 1000).rows) == expected(1, 121)
    journal.prune(NOON_MS + 2 * HOUR_MS, HOUR_MS)
    assert ids(reader.after("e1-0", 1000).rows) == expected(121, 121)


def test_a_clock_that_was_behind_costs_nothing_of_before(journal: Journal, reader: JournalReader):
    fill(journal, 1, 60)
    fill(journal, 61, 121, start_ms=0)  # 1970
    journal.prune(200_000, HOUR_MS)
    journal.prune(NOON_MS + 60_000, HOUR_MS)
    assert ids(reader.after("e1-0", 1000).rows) == [*expected(1, 60), "e1-121"]


def test_rows_of_the_process_before_are_sealed(reader: JournalReader, tmp_path: Path):
    first = Journal(tmp_path / "history")
    for sequence in range(1, 100):  # it never came to sealing them
        first.append(record(sequence))
    first.close()
    second = Journal(tmp_path / "history")
    fill(second, 1, 1, "e2", NOON_MS + HOUR_MS)
    assert counts(tmp_path) == (1, 2)
    assert ids(reader.after("e1-0", 1000).rows) == [*expected(1, 99), "e2-1"]
    second.close()


def test_large_samples_are_sealed_before_the_minute_is_over(journal: Journal, reader: JournalReader, tmp_path: Path):
    for sequence in range(1, 21):
        journal.append(record(sequence, padding_bytes=1024 * 1024))
        journal.seal()
    assert counts(tmp_path)[1] == 2
    assert ids(reader.after("e1-0", 1000).rows) == expected(1, 20)


def test_a_damaged_row_costs_itself_only(journal: Journal, reader: JournalReader, tmp_path: Path):
    fill(journal, 1, 5)
    damage(tmp_path, "UPDATE rows SET payload = x'00' WHERE position = 3")
    assert [(row.id, row.lost) for row in reader.after("e1-1", 10).rows] == [("e1-2", 0), ("e1-4", 1), ("e1-5", 0)]


def test_a_damaged_row_of_the_process_before_is_left_out_when_it_is_sealed(reader: JournalReader, tmp_path: Path):
    first = Journal(tmp_path / "history")
    fill(first, 1, 5)
    first.close()
    damage(tmp_path, "UPDATE rows SET payload = x'00' WHERE position = 3")
    second = Journal(tmp_path / "history")
    assert second.seal() == 1
    assert ids(reader.after("e1-0", 1000).rows) == ["e1-1", "e1-2", "e1-4", "e1-5"]
    second.close()


def test_a_damaged_block_costs_itself_only(journal: Journal, reader: JournalReader, tmp_path: Path):
    fill(journal, 1, 200)
    damage(tmp_path, "UPDATE blocks SET content = substr(content, 2) WHERE first_sequence = 61")
    tail = reader.after("e1-58", 1000)
    assert ids(tail.rows) == expected(59, 60) + expected(121, 200)
    assert tail.rows[2].lost == 60
    assert told(reader.after("e1-70", 10)) == ("e1-70", "e1-121", 50, "beyond-replay")


def test_every_bit_of_a_block_is_checked(journal: Journal, reader: JournalReader, tmp_path: Path):
    fill(journal, 1, 61)
    connection = apsw.Connection(str(tmp_path / "history" / FILE))
    whole = bytes(connection.execute("SELECT content FROM blocks").fetchall()[0][0])  # type: ignore[arg-type]
    for place in range(0, len(whole), 7):
        content = bytearray(whole)
        content[place] ^= 1 << place % 8
        connection.execute("UPDATE blocks SET content = ?", (bytes(content),))
        assert ids(reader.after("e1-0", 100).rows) == ["e1-61"]
    connection.close()


def test_pages_are_used_again_and_given_back(journal: Journal, tmp_path: Path):
    for sequence in range(1, 301):
        journal.append(record(sequence, padding_bytes=20_000))
        journal.seal()
    full = journal.used_bytes()
    size = (tmp_path / "history" / FILE).stat().st_size
    assert size < 4_000_000  # 300 samples are 6 MB
    dropped = journal.drop_oldest(4000)
    assert dropped.size_bytes == full - journal.used_bytes() >= 4000
    assert dropped.newest_ms is not None
    assert (dropped.newest_ms + 1000 - NOON_MS) % 60_000 == 0
    assert (tmp_path / "history" / FILE).stat().st_size <= size - dropped.size_bytes
    assert journal.is_whole()


def test_no_journal_is_an_empty_one(reader: JournalReader):
    assert reader.after("e1-1", 10).rows == []
    assert reader.at(NOON_MS) is None
    assert list(reader.between(0, NOON_MS)) == []
    assert reader.last_sequences() == {}


def test_epochs_are_told_with_their_last_sample(journal: Journal, reader: JournalReader):
    fill(journal, 1, 90, "e7")
    fill(journal, 1, 3, "e2", NOON_MS + HOUR_MS)
    assert list(reader.last_sequences().items()) == [("e7", 90), ("e2", 3)]
