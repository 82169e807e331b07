"""Rows of a run as columns."""

import itertools
import json
import os
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.ai.rows import parse_json_row
from zeropoint.ai.run_steps import MOST_COLUMNS, WHOLE_BYTES, columns_of, spread_lines
from zeropoint.model import RunSteps


def read(path: Path, points: int = 500) -> RunSteps:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return columns_of("r", spread_lines(descriptor, points), parse_json_row)
    finally:
        os.close(descriptor)


def test_names_and_units_are_those_of_the_sample(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(
        '{"timestamp": "2026-11-24T10:00:00.000Z", "mem_used": 9, "step_ms": 250, "tokens_s": 4, "accuracy": 0.5, '
        '"loss": 2, "step": 1}\n{"step": 2, "loss": NaN, "note": "x", "accuracy": 0.6}\ngarbage\n{"step": 3, "los'
    )
    told = read(tmp_path / "a")
    assert told.columns == {
        "step": [1, 2],
        "loss": [2, None],
        "accuracy": [0.5, 0.6],
        "memory_used_bytes": [9, None],
        "step_seconds": [0.25, None],
        "tokens_per_second": [4, None],
    }
    assert list(told.columns)[:2] in (["step", "loss"], ["loss", "step"])
    assert told.timestamps == ["2026-11-24T10:00:00.000Z", None]
    reasons = {row.path: row.reason for row in told.unavailable}
    assert reasons["columns.loss"] == "1 of 2 rows have no such number"
    assert set(reasons) == {f"columns.{name}" for name in told.columns if None in told.columns[name]} | {"timestamps"}


def test_at_most_so_many_points_evenly_with_the_first_and_the_last(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("".join(f'{{"step": {step}}}\n' for step in range(1001)))
    assert read(tmp_path / "a", 5).columns["step"] == [0, 250, 500, 750, 1000]
    assert len(read(tmp_path / "a", 2000).timestamps) == 1001


def test_a_large_file_is_read_at_so_many_places_alone(tmp_path: Path) -> None:
    count = 200_000
    (tmp_path / "a").write_text("".join(f'{{"step": {step}, "loss": 0.123456789}}\n' for step in range(count)))
    assert (tmp_path / "a").stat().st_size > 3 * WHOLE_BYTES
    steps = [step for step in read(tmp_path / "a", 100).columns["step"] if step is not None]
    assert len(steps) == 100
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0, count - 1)
    gaps = [after - before for before, after in itertools.pairwise(steps)]
    assert max(gaps) < 2 * count / 100


def test_nothing_written_is_no_rows(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    assert read(tmp_path / "a") == RunSteps(id="r", timestamps=[], columns={}, unavailable=[])


def test_columns_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(
        "".join(f'{{"n{number}": 1}}\n' for number in range(1000)) + '{"' + "x" * 999 + '": 1}\n'
    )
    told = read(tmp_path / "a", 2000)
    assert len(told.columns) <= MOST_COLUMNS
    assert all(len(name) <= 64 for name in told.columns)


@given(
    st.lists(st.binary(max_size=50) | st.dictionaries(st.text(), st.floats()).map(lambda row: json.dumps(row).encode()))
)
def test_any_lines_are_columns_of_one_length(lines: list[bytes]) -> None:
    told = columns_of("r", lines, parse_json_row)
    msgspec.json.encode(told)
    assert all(len(column) == len(told.timestamps) for column in told.columns.values())
