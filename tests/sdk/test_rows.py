"""Rows of the SDK, read by JSON's own parser and by the appliance's."""

import json
import math
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.ai.rows import parse_json_row
from zeropoint.texts import parse_time
from zeropoint_sdk.rows import TEMPLATES_REMEMBERED, Rows, number

NUMBERS = st.none() | st.booleans() | st.integers() | st.floats()


class Scalar:
    """What numpy, torch and tinygrad have in common."""

    def __init__(self, value: object) -> None:
        self.value = value

    def item(self) -> object:
        return self.value


class Color(IntEnum):
    RED = 3


def rows() -> tuple[Rows, list[str]]:
    complaints: list[str] = []
    return Rows(complaints.append), complaints


@given(st.dictionaries(st.text().filter(lambda name: name != "timestamp"), NUMBERS), st.floats(0, 4e9))
def test_every_row_is_one_line_of_json_that_says_what_was_given(numbers: dict[str, Any], seconds: float) -> None:
    maker, complaints = rows()
    line = maker.row(seconds, numbers)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    row = parse_json_row(line)
    assert row is not None
    assert not complaints
    when = parse_time(row["timestamp"])
    assert when is not None
    assert 0 <= seconds - when < 0.002
    for name, value in numbers.items():
        if isinstance(value, float) and math.isnan(value):
            assert math.isnan(row[name])  # type: ignore[arg-type]
        elif isinstance(value, int) and abs(value) >= 2**63:
            assert row[name] == float(value)
        else:
            assert row[name] == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "1"),
        (Color.RED, "3"),
        (Scalar(0.5), "0.5"),
        (Scalar(7), "7"),
        (Scalar(math.inf), "Infinity"),
        (Decimal("0.25"), "0.25"),
        (Fraction(1, 4), "0.25"),
        (-math.inf, "-Infinity"),
        ("12", None),
        (b"12", None),
    ],
)
def test_scalars_of_any_library_are_numbers_and_texts_are_not(value: object, text: str | None) -> None:
    assert number(value) == text


def test_nulls_and_figures_that_are_derived_stand_in_a_row_whatever_is_beside_them() -> None:
    maker, complaints = rows()
    given = {"loss": 1 / 3, "gflops": None, "step": 5}
    for extra in ({}, {"kernels": Scalar(3)}, {"kernels": None}, {"kernels": math.inf}):
        for _ in range(2):
            line = maker.row(0.5, {**given, **extra}, {"step_ms": 1000 / 3, "tokens_s": 1e9 / 7})
            row = json.loads(line)
            assert row["step_ms"] == pytest.approx(1000 / 3, rel=1e-8)
            assert row["tokens_s"] == pytest.approx(1e9 / 7, rel=1e-8)
            assert {name: row[name] for name in given} == given
    assert b'"step_ms": 333.333333, ' in maker.row(0.5, {}, {"step_ms": 1000 / 3, "tokens_s": 1e9 / 7})
    # Of the same name once derived, and once given as a value of another's type.
    assert json.loads(maker.row(0.5, {}, {"step_ms": 1.5}))["step_ms"] == 1.5
    assert json.loads(maker.row(0.5, {"step_ms": Scalar(2.5)}))["step_ms"] == 2.5
    assert json.loads(maker.row(0.5, {}, {"step_ms": math.nan, "tokens_s": math.inf}))["tokens_s"] == math.inf
    assert complaints == []


def test_what_is_no_number_is_left_out_and_told() -> None:
    maker, complaints = rows()
    assert json.loads(maker.row(0.0, {"loss": 0.5, "note": "warm"})) == {
        "timestamp": "1970-01-01T00:00:00.000Z",
        "loss": 0.5,
    }
    assert complaints == ["note is a str and no number"]


def test_names_that_are_made_up_do_not_fill_the_memory() -> None:
    maker, _ = rows()
    for index in range(3 * TEMPLATES_REMEMBERED):
        assert json.loads(maker.row(0.0, {f"loss_{index}%s": 1}))[f"loss_{index}%s"] == 1
    assert len(maker._templates) <= TEMPLATES_REMEMBERED
