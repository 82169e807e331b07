"""What leaves as CSV, JSON lines and Parquet, out of real files."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from zeropoint.history.columns import ColumnStore
from zeropoint.history.columns_reader import ColumnReader, Hole
from zeropoint.history.export import Table, names_of, tables
from zeropoint.history.export_parquet import ParquetSink
from zeropoint.history.export_text import CsvSink, JsonLinesSink
from zeropoint.history.run_buffer import Columns

HOUR, DAY = 3_600_000, 86_400_000
BEGINNING = 20_000 * DAY + 22 * HOUR
NAMES = ("a", "b.c")


def fill(directory: Path, from_ms: int, to_ms: int) -> None:
    """A sample each ten seconds; a is the seconds since the beginning, b.c is missing in every other one."""
    store = ColumnStore(directory)
    for minute in range(from_ms, to_ms, 60_000):
        times = np.arange(minute, minute + 60_000, 10_000, dtype=np.int64)
        values = np.stack([(times - BEGINNING) / 1000, np.where(times // 10_000 % 2, 1.5, np.nan)])
        sequence = minute // 10_000
        store.write(Columns(times, 10_000, NAMES, values), "e1", sequence, sequence + 5)
    while store.roll_due(to_ms):
        pass
    store.close()


def read(directory: Path, from_ms: int, to_ms: int) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []
    holes: list[Hole] = []
    for table in tables(ColumnReader(directory), ["a"], from_ms, to_ms, holes):
        found += zip(table.times_ms.tolist(), table.values[0].tolist(), strict=True)
    assert holes == []
    return found


def test_each_sample_of_the_time_comes_once_and_in_order(tmp_path: Path) -> None:
    fill(tmp_path, BEGINNING, BEGINNING + 3 * HOUR)
    found = read(tmp_path, BEGINNING + 15_000, BEGINNING + 2 * HOUR)
    assert [time for time, _ in found] == list(range(BEGINNING + 20_000, BEGINNING + 2 * HOUR, 10_000))
    assert all(value == (time - BEGINNING) / 1000 for time, value in found)
    assert read(tmp_path, 0, BEGINNING) == []
    assert read(tmp_path, BEGINNING + 3 * HOUR, BEGINNING + 9 * HOUR) == []


def test_what_the_finest_tier_has_no_more_is_told_in_minutes_or_hours_and_nothing_twice(tmp_path: Path) -> None:
    fill(tmp_path, BEGINNING, BEGINNING + 4 * HOUR)  # over midnight
    (first, _second) = sorted((tmp_path / "samples").glob("*.db"))
    first.unlink()
    found = read(tmp_path, 0, BEGINNING + 4 * HOUR)
    midnight = BEGINNING + 2 * HOUR
    assert [time for time, _ in found] == [
        *range(BEGINNING, midnight, 60_000),
        *range(midnight, midnight + 2 * HOUR, 10_000),
    ]
    assert found[0][1] == 25.0  # the mean of 0, 10 ... 50
    for file in (tmp_path / "minutes").glob("*"):
        file.unlink()
    found = read(tmp_path, 0, BEGINNING + 4 * HOUR)
    assert [time for time, _ in found][:3] == [BEGINNING, BEGINNING + HOUR, midnight]


def test_names_are_those_that_are_meant_once_and_in_order(tmp_path: Path) -> None:
    fill(tmp_path, BEGINNING, BEGINNING + 60_000)
    reader = ColumnReader(tmp_path)
    assert names_of(reader, [], 0, BEGINNING + HOUR) == (["a", "b.c"], [])
    assert names_of(reader, ["b.*", "a", "*"], 0, BEGINNING + HOUR) == (["b.c", "a"], [])
    assert names_of(reader, ["a", "z*", "y"], 0, BEGINNING + HOUR) == (["a"], ["z*", "y"])


TABLE = Table(np.array([1_700_000_000_123, 1_700_000_001_000]), np.array([[0.1, np.nan], [1e22, 3.0], [np.nan, -0.5]]))
TITLES = ["a", 'b,"c"', "d"]


def test_csv_has_seconds_and_an_empty_cell_for_what_is_not_there() -> None:
    file = io.BytesIO()
    CsvSink(file, TITLES).write(TABLE)
    rows = list(csv.reader(io.StringIO(file.getvalue().decode(), newline="")))
    assert rows[0] == ["timestamp", *TITLES]
    assert [[float(cell) if cell else None for cell in row] for row in rows[1:]] == [
        [1_700_000_000.123, 0.1, 1e22, None],
        [1_700_000_001.0, None, 3.0, -0.5],
    ]
    assert all(line.endswith(b"\r\n") for line in file.getvalue().splitlines(keepends=True))


def test_json_lines_have_an_object_a_row_and_null_for_what_is_not_there() -> None:
    file = io.BytesIO()
    JsonLinesSink(file, TITLES).write(TABLE)
    assert [json.loads(line) for line in file.getvalue().splitlines()] == [
        {"timestamp": "2023-11-14T22:13:20.123Z", "a": 0.1, 'b,"c"': 1e22, "d": None},
        {"timestamp": "2023-11-14T22:13:21.000Z", "a": None, 'b,"c"': 3.0, "d": -0.5},
    ]


def test_parquet_has_times_in_utc_and_null_for_what_is_not_there() -> None:
    file = io.BytesIO()
    sink = ParquetSink(file, TITLES)
    sink.write(TABLE)
    sink.write(TABLE)
    sink.close()
    found = parquet.ParquetFile(io.BytesIO(file.getvalue()))
    assert found.num_row_groups == 2
    columns = found.read().to_pydict()
    assert columns["a"] == [0.1, None, 0.1, None]
    assert columns["timestamp"][0].isoformat(timespec="milliseconds") == "2023-11-14T22:13:20.123+00:00"


@pytest.mark.parametrize("sink", [CsvSink, JsonLinesSink, ParquetSink])
def test_nothing_stored_is_a_file_without_rows(sink: type) -> None:
    file = io.BytesIO()
    sink(file, []).close()
    assert len(file.getvalue().splitlines()) <= 1 or sink is ParquetSink
