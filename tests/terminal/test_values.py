"""What a sample says on its way to the terminal: whoever sent it, nothing but text and finite numbers come through."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.client.wire import decode_sample
from zeropoint.terminal import values

ESCAPES = "\x1b]0;title\x07\x9b31m\x1b[2J\r\n\t\x00\x7f\u2028\u2029\u202e\u2066\ud800"


@given(st.text(alphabet=st.characters(), max_size=400))
def test_no_control_character_and_no_format_character_is_left(text: str):
    shown = values.printable(text)
    assert len(shown) <= values.LONGEST_TEXT
    assert not [one for one in shown if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def test_an_escape_becomes_replacement_characters_and_its_letters_stay():
    assert values.printable("\x1b[2Jname") == "\ufffd[2Jname"
    assert set(values.printable(ESCAPES)) <= set("\ufffd]0;title[31m2J")


def test_a_long_text_is_cut_and_says_so():
    assert values.printable("a" * 1000, 10) == "a" * 9 + "…"


@pytest.mark.parametrize("told", ["12", True, None, [], {}, 1e999, -1e30, 10**400])
def test_what_is_no_amount_of_anything_is_none(told: object):
    assert values.number({"x": told}, "x") is None


def test_numbers_are_what_they_are():
    assert values.number({"a": {"b": 0}}, "a", "b") == 0
    assert values.number({"a": {"b": 1.5}}, "a", "b") == 1.5


@pytest.mark.parametrize("told", [None, 3, "text", [1], {"cpu": []}, {"cpu": {"usage_percent": {}}}])
def test_a_way_that_breaks_off_is_none(told: object):
    assert values.number({"system": told}, "system", "cpu", "usage_percent") is None
    assert values.text({"system": told}, "system", "cpu", "usage_percent") is None


def test_lists_are_bounded_and_anything_else_is_none():
    assert values.rows({"x": list(range(10_000))}, "x") == list(range(values.MOST_ROWS))
    assert values.rows({"x": {"0": 1}}, "x") is None


def test_reasons_are_cleaned_and_understand_all_rows_of_a_list():
    told = [
        {"path": "ledger.workloads[*].gpu_percent", "reason": "no\x1b GPU"},
        {"path": 3, "reason": "x"},
        {"reason": "y"},
        "z",
    ]
    found = values.reasons(decode_sample(json.dumps({"id": "a-1", "unavailable": told})))
    assert found.why("ledger.workloads[7].gpu_percent") == "no\ufffd GPU"
    assert len(found.unavailable) == 1
