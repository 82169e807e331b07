"""Text out of artifacts, made fit to be shown."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.texts import LONGEST_TEXT, clean, parse_time, rfc3339

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY_TEXT)
def test_any_text_becomes_one_short_line_that_encodes(text: str) -> None:
    line = clean(text)
    assert msgspec.json.decode(msgspec.json.encode(line)) == line
    assert len(line) <= LONGEST_TEXT
    assert len(line.splitlines()) <= 1


def test_bytes_that_are_no_utf8_are_replaced() -> None:
    assert clean(b"a\xffb\n".decode(errors="surrogateescape")) == "a\ufffdb\ufffd"


@given(ANY_TEXT | st.integers() | st.floats() | st.none() | st.lists(st.none()))
def test_any_value_is_a_time_or_none(value: object) -> None:
    assert parse_time(value) is None or isinstance(value, str)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-24T09:50:48.123Z", 1795513848.123),
        ("2026-11-24T10:50:48.123+01:00", 1795513848.123),
        ("2026-11-24T09:50:48.123", 1795513848.123),
        ("yesterday", None),
        (1795513848.123, None),
    ],
)
def test_times(text: object, seconds: float | None) -> None:
    assert parse_time(text) == seconds


def test_times_go_out_in_utc_with_milliseconds() -> None:
    assert rfc3339(1795513848.123) == "2026-11-24T09:50:48.123Z"
    assert rfc3339(0) == "1970-01-01T00:00:00.000Z"


def test_times_are_in_utc_with_milliseconds() -> None:
    assert rfc3339(1_795_514_648.1234) == "2026-11-24T10:04:08.123Z"
