"""A CSV file becomes series, or a line that says what is wrong with it and where."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.insight import csv_series
from zeropoint.insight.csv_series import CsvError, parse_csv, read_csv

GOOD = "a,timestamp,b\n1,10,4\n,11.5,nan\n 3 ,12,-5e-3\n"


def parsed(text: str) -> list[tuple[str, list[float], list[float]]]:
    return [(one.name, one.times_seconds.tolist(), one.values.tolist()) for one in parse_csv(text.splitlines(True))]


def test_each_column_but_the_time_is_a_series_and_empty_cells_are_holes():
    (a, times, of_a), (b, same_times, of_b) = parsed(GOOD)
    assert (a, b, times, same_times) == ("a", "b", [10, 11.5, 12], [10, 11.5, 12])
    np.testing.assert_array_equal(of_a, [1, math.nan, 3])
    np.testing.assert_array_equal(of_b, [4, math.nan, -0.005])


def test_quotes_line_ends_of_windows_and_a_byte_order_mark_are_read(tmp_path: Path):
    file = tmp_path / "series.csv"
    file.write_bytes(b'\xef\xbb\xbftimestamp,"tokens, a second",b\r\n1,2,3\r\n\r\n2,"4",5\r\n')
    assert [(one.name, one.values.tolist()) for one in read_csv(file)] == [("tokens, a second", [2, 4]), ("b", [3, 5])]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no column 'timestamp'; it has no header"),
        ("time,a,b\n", "there is no column 'timestamp'; the columns are 'time', 'a', 'b'"),
        ("timestamp;a;b\n", "there is no column 'timestamp'; the columns are 'timestamp;a;b'"),
        ("timestamp,a\n", "a pair needs two series, and it has 1 beside 'timestamp'"),
        ("timestamp,a,a\n", "two columns are named 'a'"),
        ("timestamp,timestamp,a\n", "two columns are named 'timestamp'"),
        # Told before anything that takes longer with each column.
        ("timestamp" + ",a" * 8000, "it has 8000 series; at most 256 are compared"),
        ("timestamp,a,\n", "column 3 has no name"),
        ("timestamp,a,b\n1,2\n", "line 2 has 2 cells, and the header 3"),
        ("timestamp,a,b\n1,2,3,4\n", "line 2 has 4 cells, and the header 3"),
        ("timestamp,a,b\n1,2,3\n2,high,3\n", "line 3, column 'a': 'high' is no number"),
        ("timestamp,a,b\n1,2,1_000\n", "line 2, column 'b': '1_000' is no number"),
        ("timestamp,a,b\n1,2,inf\n", "line 2, column 'b': 'inf' is out of range"),
        ("timestamp,a,b\n1,2,1e400\n", "line 2, column 'b': '1e400' is out of range"),
        (
            "timestamp,a,b\n2026-11-24T09:50:48Z,2,3\n",
            "line 2, column 'timestamp': '2026-11-24T09:50:48Z' is no number",
        ),
        ("timestamp,a,b\n,2,3\n", "line 2 has no timestamp"),
        ("timestamp,a,b\nnan,2,3\n", "line 2 has no timestamp"),
        ("timestamp,a,b\n2,2,3\n1,2,3\n", "line 3: the time goes back, from 2.0 to 1.0"),
        ('timestamp,a,b\n1,"2\n', "line 2: unexpected end of data"),
        ("timestamp,a,b\n1,\x1b[2J\u202e,2\n", "line 2, column 'a': '\ufffd[2J\ufffd' is no number"),
    ],
)
def test_what_is_wrong_is_named(text: str, message: str):
    with pytest.raises(CsvError) as raised:
        parsed(text)
    assert str(raised.value) == message


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path):
    file = tmp_path / "series.csv"
    file.write_bytes(b"timestamp,a,b\n1,\xff\xfe,2\n")
    with pytest.raises(CsvError, match="not UTF-8"):
        read_csv(file)


def test_a_cell_without_end_is_refused():
    with pytest.raises(CsvError, match="field larger than field limit"):
        parsed("timestamp,a,b\n1,2," + "9" * 200_000)


def test_more_series_than_are_compared_are_refused():
    names = ",".join(f"s{number}" for number in range(csv_series.MOST_SERIES + 1))
    with pytest.raises(CsvError, match=f"at most {csv_series.MOST_SERIES}"):
        parsed(f"timestamp,{names}\n")


def test_more_cells_than_are_compared_are_refused_before_they_fill_the_memory():
    def rows():
        yield "timestamp," + ",".join(f"s{number}" for number in range(200)) + "\n"
        while True:
            yield "1" + "," * 200 + "\n"

    with pytest.raises(CsvError, match=f"more than {csv_series.MOST_CELLS:,} cells"):
        parse_csv(rows())


@given(st.text())
def test_any_text_is_read_or_refused_with_one_printable_line(text: str):
    try:
        series = parsed("timestamp,a,b\n" + text)
    except CsvError as error:
        assert str(error).isprintable()
    else:
        assert len(series) == 2
