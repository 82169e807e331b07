"""Bytes to events: the cases of cases.json, to which test_agreement.py holds the JavaScript parser too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.cases import CASES, Case, told
from zeropoint.client.outcome import ProtocolError
from zeropoint.client.parser import Block, EventParser, Retry


@pytest.mark.parametrize("size", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_in_chunks(case: Case, size: int):
    chunks = [case.content[start : start + size] for start in range(0, len(case.content), size)]
    assert told(chunks) == case.told


@given(st.data())
def test_a_case_split_anywhere(data: st.DataObject):
    case = data.draw(st.sampled_from(CASES))
    places = sorted(data.draw(st.lists(st.integers(0, len(case.content)), max_size=12)))
    chunks = [case.content[start:end] for start, end in zip([0, *places], [*places, None], strict=True)]
    assert told(chunks) == case.told


LIKELY = st.sampled_from(
    [
        b"data",
        b"id",
        b"event",
        b"retry",
        b":",
        b" ",
        b"\n",
        b"\r",
        b"\r\n",
        b"7",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xc3",
        b"\xa4",
    ]
)


@given(st.lists(LIKELY | st.binary(max_size=3), max_size=40), st.data())
def test_any_bytes_tell_the_same_however_they_are_split(parts: list[bytes], data: st.DataObject):
    content = b"".join(parts)
    places = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=12)))
    chunks = [content[start:end] for start, end in zip([0, *places], [*places, None], strict=True)]
    assert told(chunks) == told([content])


def test_05_a_bare_cr_dispatches_without_another_byte():
    assert list(EventParser().feed(b"data: a\r\r")) == [Block("message", "a", None)]


def test_a_retry_is_told_before_the_event_of_its_block():
    assert list(EventParser().feed(b"data: a\nretry: 5\n\n")) == [Retry(5), Block("message", "a", None)]


def test_18_a_retry_of_absurd_length_is_the_longest():
    assert list(EventParser().feed(b"retry: " + b"9" * 10_000 + b"\n")) == [Retry(2**31 - 1)]


def test_20_an_event_of_10_mb_in_small_chunks_comes_whole():
    parser = EventParser()
    assert list(parser.feed(b"data: ")) == []
    for _ in range(10_000):
        assert list(parser.feed(b"x" * 1000)) == []
    (block,) = parser.feed(b"\n\n")
    assert isinstance(block, Block)
    assert block.data == "x" * 10_000_000


@pytest.mark.parametrize(
    "endless",
    [b"x" * 1000, b"data:\n" * 100, b"data: abc\n" * 100, b":" + b"x" * 1000],
    ids=["a line", "empty lines of data", "lines of data", "a comment"],
)
def test_20_what_never_ends_stops_in_a_clear_error(endless: bytes):
    parser = EventParser(longest_event_bytes=100_000)
    with pytest.raises(ProtocolError, match="an event is longer than 100000 bytes"):
        for _ in range(1000):
            assert list(parser.feed(endless)) == []


def test_20_comments_and_events_without_end_are_no_long_event():
    parser = EventParser(longest_event_bytes=1000)
    for _ in range(1000):
        assert len(list(parser.feed(b": comment\ndata: " + b"x" * 900 + b"\n\n"))) == 1
