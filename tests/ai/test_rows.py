"""Rows at the end of a file that grows, and the numbers in them."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.ai.rows import Row, Tail, count, number, parse_curve_row, parse_json_row
from zeropoint.probe import Absent


def read(tail: Tail, path: Path) -> list[bytes]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return tail.read(descriptor)
    finally:
        os.close(descriptor)


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_gives_each_line_once_when_it_has_ended(tmp_path: Path) -> None:
    path, tail = tmp_path / "rows", Tail()
    append(path, b"one\ntwo\nthr")
    assert read(tail, path) == [b"one", b"two"]
    assert read(tail, path) == []
    append(path, b"ee\n")
    assert read(tail, path) == [b"three"]


def test_begins_anew_when_the_file_was_cut_or_replaced(tmp_path: Path) -> None:
    path, tail = tmp_path / "rows", Tail()
    append(path, b"one\ntwo\n")
    read(tail, path)
    path.write_bytes(b"new\n")
    assert read(tail, path) == [b"new"]
    (tmp_path / "other").write_bytes(b"other, and longer than before\n")
    (tmp_path / "other").rename(path)
    assert read(tail, path) == [b"other, and longer than before"]


def test_reads_the_end_alone_of_what_is_more_than_its_limit(tmp_path: Path) -> None:
    path, tail = tmp_path / "rows", Tail(limit_bytes=16)
    append(path, b"".join(b"%06d\n" % number for number in range(10_000)))
    assert read(tail, path) == [b"009998", b"009999"]
    append(path, b"x" * 100 + b"\nlast\n")
    assert read(tail, path) == [b"last"]


def test_a_line_without_an_end_does_not_grow_in_memory_and_costs_itself_alone(tmp_path: Path) -> None:
    path, tail = tmp_path / "rows", Tail(limit_bytes=16)
    for _ in range(100):
        append(path, b"endless...")
        assert read(tail, path) == []
    append(path, b"\nnext\n")
    assert read(tail, path) == [b"next"]


@given(st.lists(st.binary(max_size=8).map(lambda data: data.replace(b"\n", b".") + b"\n"), max_size=40), st.data())
def test_any_cuts_of_a_stream_give_the_same_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], data: st.DataObject
) -> None:
    path, tail, stream = tmp_path_factory.mktemp("rows") / "rows", Tail(), b"".join(lines)
    path.touch()
    seen: list[bytes] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        append(path, stream[:size])
        stream = stream[size:]
        seen += read(tail, path)
    assert seen == [line[:-1] for line in lines]


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"[1]", b"3", b"null", b'{"step": 1', b"{'step': 1}", b"\x00\x00", b"\xff\xfe{}"),
        *(b"[" * 60_000, b'{"a":' * 30_000, b'{"step": ' + b"9" * 10_000 + b"}"),
    ],
)
def test_what_is_no_row_is_none(line: bytes) -> None:
    assert parse_json_row(line) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_taken(line: bytes) -> None:
    for row in (parse_json_row(line), parse_curve_row(line)):
        if row is not None:
            for name in row:
                assert isinstance(number(row, name), float | Absent)


ANY_VALUE = st.integers() | st.floats() | st.text() | st.booleans() | st.none() | st.lists(st.none())


@given(st.dictionaries(st.text(), ANY_VALUE))
def test_numbers_are_finite_or_have_a_reason(fields: dict[str, object]) -> None:
    row = parse_json_row(json.dumps(fields).encode())
    assert row is not None
    for name in [*fields, "absent"]:
        for value in (number(row, name), number(row, name, scale=1e-3), count(row, name)):
            if isinstance(value, Absent):
                assert value.reason
            else:
                assert abs(value) < float("inf")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"loss": NaN}', "the last row says NaN"),
        (b'{"loss": -Infinity}', "the last row says infinity"),
        (b'{"loss": 1e999}', "the last row says infinity"),
        (b'{"loss": "0.3"}', "loss of the last row is no number"),
        (b'{"loss": true}', "loss of the last row is no number"),
        (b'{"loss": null}', "the last row has no loss"),
        (b"{}", "the last row has no loss"),
        (b'{"loss": 1' + b"0" * 400 + b"}", "loss of the last row is too large"),
    ],
)
def test_why_a_number_is_missing(line: bytes, reason: str) -> None:
    row = parse_json_row(line)
    assert row is not None
    assert number(row, "loss") == Absent(reason)


@pytest.mark.parametrize("value", [-1, 0.5, 2**53 + 2])
def test_what_is_no_count(value: float) -> None:
    assert count({"step": value}, "step") == Absent("step of the last row is no count")


def test_the_first_name_that_the_row_has_counts() -> None:
    row: Row = {"fps": None, "frames_per_second": 60}
    assert number(row, "fps", "frames_per_second") == 60.0


def test_rows_of_a_curve_have_four_numbers() -> None:
    assert parse_curve_row(b"12,0.5,6.25,1000") == {"step": 12, "loss": 0.5, "step_ms": 6.25, "tokens_s": 1000}
    assert parse_curve_row(b"step,loss,step_ms,tokens_s") is None
    assert parse_curve_row(b"12,0.5") is None
