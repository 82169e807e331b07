import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import apsw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.history.records import NOON_MS
from zeropoint.history.blocks import CRC, MAGIC
from zeropoint.history.columns import ColumnStore
from zeropoint.history.columns_reader import ColumnReader, Stretch
from zeropoint.history.fault import Fault
from zeropoint.history.journal_pruning import Dropped
from zeropoint.history.run_buffer import Columns

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
MIDNIGHT_MS = NOON_MS - 12 * HOUR_MS
NAMES = ("a.steady", "b.counter_total", "c.noise_percent")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "history"


@pytest.fixture
def store(directory: Path) -> Iterator[ColumnStore]:
    made = ColumnStore(directory)
    yield made
    made.close()


@pytest.fixture
def reader(directory: Path) -> Iterator[ColumnReader]:
    made = ColumnReader(directory)
    yield made
    made.close()


def minute(start_ms: int, names: Sequence[str] = NAMES, rows: int = 60, seed: int = 0) -> Columns:
    """A sample a second from a time on."""
    random = np.random.default_rng(start_ms // 1000 + seed)
    times = start_ms + 1000 * np.arange(rows, dtype=np.int64)
    values = np.stack([np.full(rows, 7.5), 2.0 * (times // 1000), random.uniform(0, 100, rows).round(6)])
    return Columns(times, 1000, tuple(names), np.resize(values, (len(names), rows)))


def fill(store: ColumnStore, start_ms: int, minutes: int, epoch: str = "e1", first: int = 1) -> list[Columns]:
    written = []
    for number in range(minutes):
        columns = minute(start_ms + number * MINUTE_MS)
        sequence = first + 60 * number
        store.write(columns, epoch, sequence, sequence + 59)
        written.append(columns)
    return written


def roll_all(store: ColumnStore, now_ms: int) -> int:
    count = 0
    while store.roll_due(now_ms):
        count += 1
    return count


def equal(stretch: Stretch, parts: Sequence[Columns]) -> bool:
    """Whether it is those samples, to the bit."""
    times = np.concatenate([part.times_ms for part in parts])
    values = np.concatenate([part.values for part in parts], axis=1)
    return np.array_equal(stretch.times_ms, times) and np.array_equal(stretch.mean, values, equal_nan=True)


def same(one: Stretch, other: Stretch) -> bool:
    return all(
        np.array_equal(getattr(one, field), getattr(other, field), equal_nan=field != "times_ms")
        for field in ("times_ms", "mean", "min", "max", "count")
    )


def test_what_was_written_is_read_to_the_bit(store: ColumnStore, reader: ColumnReader):
    written = fill(store, NOON_MS, 3)
    stretch, holes = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")
    assert not holes
    assert equal(stretch, written)
    assert stretch.interval_ms == 1000
    assert stretch.mean is stretch.min
    assert stretch.mean is stretch.max
    assert reader.names(NOON_MS, NOON_MS + 1) == set(NAMES)
    assert reader.extent("samples") == (NOON_MS, NOON_MS + 179_000)


def test_other_series_of_blocks_that_were_read_are_those_of_a_new_reader(
    store: ColumnStore, reader: ColumnReader, directory: Path
):
    """Blocks are kept, with what was unpacked of them."""
    fill(store, NOON_MS, 30)
    roll_all(store, NOON_MS + HOUR_MS)
    for names in (NAMES[:1], NAMES[1:], NAMES, NAMES[::-1], ("z.other", *NAMES[2:])):
        for tier in ("samples", "minutes"):
            other = ColumnReader(directory)
            assert same(*(one.read(names, NOON_MS, NOON_MS + HOUR_MS, tier)[0] for one in (reader, other)))
            other.close()
        store.write(minute(NOON_MS + 30 * MINUTE_MS, seed=len(names)), f"e{len(names)}", 1, 60)


def test_a_window_is_cut_to_the_sample(store: ColumnStore, reader: ColumnReader):
    fill(store, NOON_MS, 3)
    stretch, _ = reader.read(NAMES[:1], NOON_MS + 59_000, NOON_MS + 121_000, "samples")
    assert stretch.times_ms[[0, -1]].tolist() == [NOON_MS + 59_000, NOON_MS + 120_000]
    assert len(stretch.times_ms) == 62
    stretch, _ = reader.read(NAMES[:1], NOON_MS + 59_001, NOON_MS + 59_002, "samples")
    assert stretch.mean.shape == (1, 0)


def test_a_name_that_nobody_knows_is_a_row_of_nan(store: ColumnStore, reader: ColumnReader):
    fill(store, NOON_MS, 1)
    stretch, _ = reader.read(["nobody", NAMES[1]], NOON_MS, NOON_MS + MINUTE_MS, "samples")
    assert np.isnan(stretch.mean[0]).all()
    assert stretch.count[0].tolist() == [0.0] * 60
    assert stretch.count[1].tolist() == [1.0] * 60
    nothing, _ = reader.read(["nobody"], 0, 1000, "samples")
    assert nothing.mean.shape == (1, 0)


def test_without_files_there_is_nothing(reader: ColumnReader):
    for tier in ("samples", "minutes", "hours"):
        assert reader.extent(tier) is None
        assert reader.read(NAMES, 0, NOON_MS, tier)[0].mean.shape == (3, 0)
    assert reader.names(0, NOON_MS) == set()


def test_the_minute_that_is_not_written_is_read_with_the_others(store: ColumnStore, directory: Path):
    written = fill(store, NOON_MS, 2)
    newest = minute(NOON_MS + 2 * MINUTE_MS, rows=20)
    reader = ColumnReader(directory, lambda: newest)
    stretch, _ = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")
    assert equal(stretch, [*written, newest])
    rolled, _ = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "minutes")
    assert rolled.count[0].tolist() == [60, 60, 20]
    assert reader.extent("minutes") == (NOON_MS, int(newest.times_ms[-1]))
    store.write(newest, "e1", 121, 140)  # before the writer has let go of it: it is in both
    stretch, _ = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")
    assert equal(stretch, [*written, newest])
    rolled, _ = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "minutes")
    assert rolled.count[0].tolist() == [60, 60, 20]
    reader.close()


def test_writing_a_run_twice_changes_nothing(store: ColumnStore, reader: ColumnReader):
    written = fill(store, NOON_MS, 2)
    fill(store, NOON_MS, 2)
    assert equal(reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")[0], written)


def test_what_is_read_again_is_the_same_and_what_came_since_is_in_it(store: ColumnStore, reader: ColumnReader):
    written = fill(store, NOON_MS, 2)
    first, _ = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")
    written += fill(store, NOON_MS + 2 * MINUTE_MS, 1, first=121)
    assert equal(first, written[:2])
    for _ in range(2):
        assert equal(reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")[0], written)


def test_series_come_and_go_without_touching_the_others(store: ColumnStore, reader: ColumnReader):
    store.write(minute(NOON_MS, ["a", "b"]), "e1", 1, 60)
    store.write(minute(NOON_MS + MINUTE_MS, ["c", "a"]), "e1", 61, 120)
    stretch, _ = reader.read(["c", "b", "a"], NOON_MS, NOON_MS + HOUR_MS, "samples")
    assert stretch.count.sum(axis=1).tolist() == [60, 60, 120]
    assert reader.names(NOON_MS, NOON_MS + 1) == {"a", "b", "c"}


def test_names_may_be_anything(store: ColumnStore, reader: ColumnReader):
    names = ["", "a\0b", "'; DROP TABLE blocks; --", "Straße 🚀", "x" * 5000]
    store.write(minute(NOON_MS, names), "e1", 1, 60)
    assert reader.names(NOON_MS, NOON_MS + 1) == set(names)
    assert not np.isnan(reader.read(names, NOON_MS, NOON_MS + HOUR_MS, "samples")[0].mean).any()


def test_a_clock_that_is_set_back_gives_another_block_and_times_ascend(store: ColumnStore, reader: ColumnReader):
    fill(store, NOON_MS, 2)
    store.write(minute(NOON_MS + 30_500, seed=1), "e1", 121, 180)
    stretch, _ = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")
    assert (np.diff(stretch.times_ms) > 0).all()
    assert len(stretch.times_ms) == 180


def test_an_hour_that_is_over_is_rolled_up_and_a_day_after_it(store: ColumnStore, reader: ColumnReader):
    fill(store, NOON_MS, 70)
    before = [reader.read(NAMES, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, tier)[0] for tier in ("minutes", "hours")]
    assert roll_all(store, NOON_MS + HOUR_MS - 1) == 0
    assert roll_all(store, NOON_MS + HOUR_MS) == 1
    assert roll_all(store, MIDNIGHT_MS + DAY_MS) == 2
    assert roll_all(store, MIDNIGHT_MS + 9 * DAY_MS) == 0
    after = [reader.read(NAMES, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, tier)[0] for tier in ("minutes", "hours")]
    assert same(before[0], after[0])
    assert after[0].times_ms.tolist() == [NOON_MS + number * MINUTE_MS for number in range(70)]
    assert after[1].times_ms.tolist() == [NOON_MS, NOON_MS + HOUR_MS]
    for field in ("min", "max", "count"):
        assert np.array_equal(getattr(before[1], field), getattr(after[1], field))
    exact, _ = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")
    assert after[1].min[:, 0].tolist() == exact.min.min(axis=1).tolist()
    assert after[1].max[:, 0].tolist() == exact.max.max(axis=1).tolist()
    assert after[1].count[0].tolist() == [3600, 600]
    spread = after[1].max[:, 0] - after[1].min[:, 0]
    assert (np.abs(after[1].mean[:, 0] - exact.mean.mean(axis=1)) <= spread / 500 + 1e-9).all()


def test_a_period_counts_when_its_beginning_lies_in_the_window(store: ColumnStore, reader: ColumnReader):
    fill(store, NOON_MS, 65)
    for _ in range(2):
        stretch, _ = reader.read(NAMES, NOON_MS + 1, NOON_MS + 3 * MINUTE_MS, "minutes")
        assert stretch.times_ms.tolist() == [NOON_MS + MINUTE_MS, NOON_MS + 2 * MINUTE_MS]
        assert stretch.count[0].tolist() == [60, 60]
        stretch, _ = reader.read(NAMES, NOON_MS + 59 * MINUTE_MS, NOON_MS + 61 * MINUTE_MS + 1, "minutes")
        assert stretch.times_ms.tolist() == [NOON_MS + number * MINUTE_MS for number in (59, 60, 61)]
        assert stretch.count[0].tolist() == [60, 60, 60]
        roll_all(store, NOON_MS + HOUR_MS)


def test_another_process_finds_what_is_due(store: ColumnStore, reader: ColumnReader, directory: Path):
    fill(store, NOON_MS, 61)
    store.close()
    another = ColumnStore(directory)
    assert another.sequences("e1") == [(1, 61 * 60)]
    assert another.sequences("e2") == []
    assert roll_all(another, NOON_MS + HOUR_MS) == 1
    another.close()
    another = ColumnStore(directory)
    assert roll_all(another, NOON_MS + HOUR_MS) == 0
    another.close()


def test_an_hour_that_gets_samples_after_it_was_rolled_is_rolled_again(store: ColumnStore, reader: ColumnReader):
    fill(store, NOON_MS, 30)
    assert roll_all(store, NOON_MS + HOUR_MS) == 1
    fill(store, NOON_MS + 40 * MINUTE_MS, 5, first=10_000)
    unrolled, _ = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "minutes")
    assert roll_all(store, NOON_MS + HOUR_MS) == 1
    rolled, _ = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "minutes")
    assert same(unrolled, rolled)
    assert rolled.count[0].tolist() == [60] * 35


def test_minutes_whose_samples_were_deleted_stay_when_their_hour_is_rolled_again(
    store: ColumnStore, reader: ColumnReader
):
    fill(store, NOON_MS, 30)
    roll_all(store, NOON_MS + HOUR_MS)
    (file,) = (one for one in store.files() if one.tier == "samples")
    assert store.trim(file, 1).newest_ms == NOON_MS + 59_000
    assert store.trim(file, 1 << 20).size_bytes > 0
    assert store.trim(file, 1 << 20) == Dropped()
    fill(store, NOON_MS + 40 * MINUTE_MS, 2, first=10_000)
    roll_all(store, NOON_MS + HOUR_MS)
    rolled, _ = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "minutes")
    assert rolled.count[0].tolist() == [60] * 32


def test_minutes_that_were_lost_are_made_of_the_samples_again(store: ColumnStore, reader: ColumnReader):
    fill(store, NOON_MS - HOUR_MS, 120)
    assert roll_all(store, NOON_MS + HOUR_MS) == 2
    before, _ = reader.read(NAMES, NOON_MS - HOUR_MS, NOON_MS + HOUR_MS, "minutes")
    for file in store.files():
        if file.tier == "minutes":
            store.remove(file)
    unrolled, _ = reader.read(NAMES, NOON_MS - HOUR_MS, NOON_MS + HOUR_MS, "minutes")
    assert same(before, unrolled)
    fill(store, NOON_MS + HOUR_MS, 1, first=20_000)
    assert roll_all(store, NOON_MS + 2 * HOUR_MS) == 3
    after, _ = reader.read(NAMES, NOON_MS - HOUR_MS, NOON_MS + HOUR_MS, "minutes")
    assert same(before, after)


def test_files_are_by_day_month_and_year_and_go_one_by_one(store: ColumnStore, reader: ColumnReader, directory: Path):
    december_ms = MIDNIGHT_MS + 3 * DAY_MS  # 2026-12-01
    fill(store, december_ms - 2 * MINUTE_MS, 4)
    roll_all(store, december_ms + 400 * DAY_MS)
    found = {(file.tier, file.path.name) for file in store.files()}
    assert found == {
        ("samples", "2026-11-30.db"),
        ("samples", "2026-12-01.db"),
        ("minutes", "2026-11.db"),
        ("minutes", "2026-12.db"),
        ("hours", "2026.db"),
    }
    stretch, _ = reader.read(NAMES, december_ms - HOUR_MS, december_ms + HOUR_MS, "samples")
    assert len(stretch.times_ms) == 240
    file = next(file for file in store.files() if file.path.name == "2026-11-30.db")
    assert (file.start_ms, file.end_ms) == (december_ms - DAY_MS, december_ms)
    assert file.path.stat().st_size > 1000
    store.remove(file)
    assert not [path for path in file.path.parent.iterdir() if path.name.startswith("2026-11-30")]
    stretch, holes = reader.read(NAMES, december_ms - HOUR_MS, december_ms + HOUR_MS, "samples")
    assert len(stretch.times_ms) == 120
    assert not holes


def damage_block(path: Path, number: int) -> None:
    connection = apsw.Connection(str(path))
    id, content = connection.execute(
        "SELECT id, content FROM blocks ORDER BY id LIMIT 1 OFFSET ?", (number,)
    ).fetchone()
    content = bytearray(content)
    content[len(content) // 2] ^= 1
    connection.execute("UPDATE blocks SET content = ? WHERE id = ?", (bytes(content), id))
    connection.close()


def test_a_damaged_block_is_a_hole_and_costs_itself_only(store: ColumnStore, reader: ColumnReader, directory: Path):
    written = fill(store, NOON_MS, 3)
    damage_block(directory / "samples" / "2026-11-28.db", 1)
    stretch, holes = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")
    assert equal(stretch, [written[0], written[2]])
    assert [(hole.from_ms, hole.to_ms) for hole in holes] == [(NOON_MS + MINUTE_MS, NOON_MS + 2 * MINUTE_MS)]
    assert roll_all(store, NOON_MS + HOUR_MS) == 1
    assert reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "minutes")[0].count[0].tolist() == [60, 60]


def test_a_block_that_is_wrong_behind_a_right_checksum_costs_itself_only(
    store: ColumnStore, reader: ColumnReader, directory: Path
):
    written = fill(store, NOON_MS, 3)
    connection = apsw.Connection(str(directory / "samples" / "2026-11-28.db"))
    ((id, content),) = connection.execute("SELECT id, content FROM blocks ORDER BY id LIMIT 1 OFFSET 1").fetchall()
    body = content[len(MAGIC) + CRC.size : -40]
    content = MAGIC + CRC.pack(zlib.crc32(body)) + body
    connection.execute("UPDATE blocks SET content = ? WHERE id = ?", (content, id))
    connection.close()
    stretch, holes = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")
    assert equal(stretch, [written[0], written[2]])
    assert [(hole.from_ms, hole.to_ms) for hole in holes] == [(NOON_MS + MINUTE_MS, NOON_MS + 2 * MINUTE_MS)]


def test_a_file_that_is_damaged_is_a_hole_and_a_fault_of_the_writer(
    store: ColumnStore, reader: ColumnReader, directory: Path
):
    written = fill(store, MIDNIGHT_MS - 2 * MINUTE_MS, 4)
    store.close()
    path = directory / "samples" / "2026-11-27.db"
    content = bytearray(path.read_bytes())
    content[100 : len(content)] = b"\xa5" * (len(content) - 100)
    path.write_bytes(content)
    stretch, holes = reader.read(NAMES, MIDNIGHT_MS - HOUR_MS, MIDNIGHT_MS + HOUR_MS, "samples")
    assert equal(stretch, written[2:])
    assert [(hole.from_ms, hole.to_ms) for hole in holes] == [(MIDNIGHT_MS - HOUR_MS, MIDNIGHT_MS)]
    with pytest.raises(Fault, match=r"samples/2026-11-27\.db: it is damaged") as caught:
        while store.roll_due(MIDNIGHT_MS + HOUR_MS):
            pass
    assert caught.value.kind == "damaged"
    rolled, _ = reader.read(NAMES, MIDNIGHT_MS, MIDNIGHT_MS + HOUR_MS, "minutes")
    assert rolled.count[0].tolist() == [60, 60]


def test_what_is_rolled_up_while_it_is_read_is_in_the_answer(store: ColumnStore, directory: Path):
    fill(store, NOON_MS, 60)

    def newest() -> None:
        roll_all(store, NOON_MS + HOUR_MS)

    reader = ColumnReader(directory, newest)
    stretch, _ = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "minutes")
    reader.close()
    assert stretch.count[0].tolist() == [60] * 60


def test_a_file_that_takes_the_place_of_another_is_read_anew(store: ColumnStore, reader: ColumnReader, directory: Path):
    fill(store, NOON_MS, 2)
    assert len(reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")[0].times_ms) == 120
    store.close()
    (directory / "samples" / "2026-11-28.db").rename(directory / "samples" / "2026-11-28.db.damaged-20261128T130000Z")
    for suffix in ("-wal", "-shm"):
        (directory / "samples" / f"2026-11-28.db{suffix}").unlink(missing_ok=True)
    assert len(reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")[0].times_ms) == 0
    store.write(minute(NOON_MS, seed=5), "e1", 1, 60)
    assert equal(reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")[0], [minute(NOON_MS, seed=5)])


def test_files_that_vanish_while_it_reads_are_no_error(store: ColumnStore, reader: ColumnReader, directory: Path):
    fill(store, NOON_MS, 2)
    reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")
    store.close()
    shutil.rmtree(directory / "samples")
    stretch, holes = reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "samples")
    assert (stretch.mean.shape, holes) == ((3, 0), [])


def test_a_name_that_is_damaged_is_nobodys(store: ColumnStore, reader: ColumnReader, directory: Path):
    fill(store, NOON_MS, 1)
    connection = apsw.Connection(str(directory / "samples" / "2026-11-28.db"))
    connection.execute("UPDATE series SET name = 'a.Steady' WHERE name = 'a.steady'")
    connection.close()
    assert reader.names(NOON_MS, NOON_MS + 1) == {*NAMES[1:]}
    stretch, _ = reader.read(["a.Steady", *NAMES], NOON_MS, NOON_MS + HOUR_MS, "samples")
    assert stretch.count.sum(axis=1).tolist() == [0, 0, 60, 60]
    assert roll_all(store, NOON_MS + HOUR_MS) == 1
    assert reader.read(NAMES, NOON_MS, NOON_MS + HOUR_MS, "minutes")[0].count[:, 0].tolist() == [0, 60, 60]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3 * 60 - 1), st.integers(1, 60), st.sampled_from(["", "roll", "reopen"])), max_size=12
    )
)
def test_whatever_is_written_and_rolled_when_the_tiers_say_the_same(steps: list[tuple[int, int, str]]):
    """Runs in any order, as a clock that is set back and forth gives them: minutes are those of all samples."""
    with tempfile.TemporaryDirectory() as folder:
        store, reader = ColumnStore(Path(folder)), ColumnReader(Path(folder))
        parts: list[Columns] = []
        for number, (at, rows, then) in enumerate(steps):
            part = minute(NOON_MS + at * MINUTE_MS, rows=rows, seed=number)
            # No two of one time: which of them stands is another question.
            part = Columns(part.times_ms + number, 1000, NAMES[number % 2 : 3], part.values[number % 2 :])
            store.write(part, "e1", 100 * number, 100 * number + rows - 1)
            parts.append(part)
            if then == "roll":
                roll_all(store, NOON_MS + 90 * MINUTE_MS)
            if then == "reopen":
                store.close()
                store = ColumnStore(Path(folder))
            for tier, width in (("minutes", MINUTE_MS), ("hours", HOUR_MS)):
                found, _ = reader.read(NAMES, MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, tier)
                expected = expected_periods(parts, width)
                assert found.times_ms.tolist() == sorted({time for _, time in expected})
                for (name, time), values in expected.items():
                    place = NAMES.index(name), found.times_ms.tolist().index(time)
                    assert found.count[place] == len(values)
                    assert found.min[place] == min(values)
                    assert found.max[place] == max(values)
                assert found.count.sum() == sum(map(len, expected.values()))
        reader.close()
        store.close()


def expected_periods(parts: Sequence[Columns], width_ms: int) -> dict[tuple[str, int], list[float]]:
    found: dict[tuple[str, int], list[float]] = {}
    for part in parts:
        for name, row in zip(part.names, part.values.tolist(), strict=True):
            for time, value in zip(part.times_ms.tolist(), row, strict=True):
                found.setdefault((name, time - time % width_ms), []).append(value)
    return found
