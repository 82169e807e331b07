"""Cuts fall where they are meant to, however the bytes come in."""

from collections.abc import Iterator

import pytest

from tests.chaos.faults import Cutter, Fault, Place
from tests.chaos.trial import Scale

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKS = b"1a\r\nid: e-1\ndata: gr\xc3\xb6\xc3\x9fe \xf0\x9f\x9a\x80\n\n\n\r\n" + b"5\r\nhello\r\n0\r\n\r\n"
ANSWER = HEAD + CHUNKS


def passed(place: Place, after_bytes: int, parts: list[bytes]) -> bytes | None:
    """What passes before the cut; None if none comes."""
    cutter = Cutter(Fault("plain", place, "reset", after_bytes))
    came = b""
    for part in parts:
        came += part[: cutter.allow(part)]
        if cutter.is_due:
            return came
    return None


def splits(content: bytes) -> Iterator[list[bytes]]:
    for size in (1, 2, 3, 7, len(content)):
        yield [content[at : at + size] for at in range(0, len(content), size)]


def test_anywhere_is_right_behind_that_many_bytes():
    for after_bytes in range(len(ANSWER)):
        for parts in splits(ANSWER):
            assert passed("anywhere", after_bytes, parts) == ANSWER[: after_bytes + 1]


def test_a_chunks_header_is_cut_in_its_middle():
    first, second = len(HEAD) + 1, ANSWER.index(b"\r\n5") + 3
    for parts in splits(ANSWER):
        assert passed("chunk-header", 0, parts) == ANSWER[:first]
        assert passed("chunk-header", first, parts) == ANSWER[: first + 1]
        assert passed("chunk-header", first + 3, parts) == ANSWER[:second]


def test_a_character_is_cut_behind_its_first_byte():
    for parts in splits(ANSWER):
        found = passed("character", 0, parts)
        assert found == ANSWER[: ANSWER.index(b"\xc3") + 1]
        with pytest.raises(UnicodeDecodeError):
            found.decode()
        assert passed("character", len(found or b""), parts) == ANSWER[: ANSWER.index(b"\x9fe")]


def test_an_answer_without_such_a_place_is_cut_later_all_the_same():
    plain = b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + b"x" * 99_999
    assert passed("chunk-header", 10, [plain[:100]]) is None
    assert passed("chunk-header", 10, [plain]) == plain


def test_the_same_seed_draws_the_same_faults():
    drawn, again = ([Scale(0, 0, 0, seed=4).fault(number) for number in range(50)] for _ in range(2))
    assert drawn == again
    assert len(set(drawn)) > 40
