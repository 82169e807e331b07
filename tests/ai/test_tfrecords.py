import itertools
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.ai.event_writer import masked, record
from zeropoint.ai.tfrecords import LARGEST_RECORD_BYTES, Records, crc32c

DATA = st.lists(st.binary(max_size=200), min_size=1, max_size=12)


def pieces(content: bytes, cuts: list[int]) -> list[bytes]:
    """The content, cut at these places."""
    places = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    return [content[start:end] for start, end in itertools.pairwise(places)]


def test_the_checksum_is_crc32c():
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    assert crc32c(b"") == 0


@given(DATA, st.lists(st.integers(0, 5000), max_size=20))
def test_records_come_out_whole_however_the_file_is_cut(data: list[bytes], cuts: list[int]):
    reader = Records()
    found = [one for piece in pieces(b"".join(map(record, data)), cuts) for one in reader.feed(piece)]
    assert found == data
    assert reader.damaged == 0


@given(DATA, st.integers(0, 5000))
def test_a_torn_tail_waits_for_its_rest(data: list[bytes], cut: int):
    content = b"".join(map(record, data))
    cut %= len(content) + 1
    reader = Records()
    before = list(reader.feed(content[:cut]))
    assert before == data[: len(before)]
    assert before + list(reader.feed(content[cut:])) == data


@given(DATA, st.integers(0, 5000), st.integers(1, 255))
@example([b"", b"", b""], 0, 1)
def test_a_damaged_byte_costs_its_record_and_no_other(data: list[bytes], place: int, change: int):
    content = bytearray(b"".join(map(record, data)))
    place %= len(content)
    content[place] ^= change
    reader = Records()
    found = list(reader.feed(bytes(content)))
    # Each record's own bytes, to see which one was hit.
    ends = [0]
    for one in data:
        ends.append(ends[-1] + len(record(one)))
    hit = next(index for index, end in enumerate(ends[1:]) if place < end)
    assert found == data[:hit] + data[hit + 1 :]
    assert reader.damaged == 1


@given(DATA, st.integers(0, 5000))
def test_from_the_middle_of_a_file_it_begins_with_the_next_record(data: list[bytes], start: int):
    content = b"".join(map(record, data))
    start %= len(content) + 1
    found = list(Records(aligned=False).feed(content[start:]))
    assert found == data[len(data) - len(found) :]
    ends = len(content)
    whole = 0
    for one in reversed(data):
        ends -= len(record(one))
        whole += ends >= start
    assert len(found) == whole


@given(st.lists(st.binary(max_size=300), max_size=8), st.booleans())
def test_any_bytes_are_read_without_an_error_and_kept_within_bounds(garbage: list[bytes], aligned: bool):
    reader = Records(aligned=aligned)
    for piece in garbage:
        list(reader.feed(piece))
    assert len(reader._buffer) <= LARGEST_RECORD_BYTES + 16


def test_a_large_record_is_passed_over_without_being_kept():
    reader = Records()
    large = record(bytes(LARGEST_RECORD_BYTES + 1)) + record(b"after")
    found = []
    for start in range(0, len(large), 1000):
        found += reader.feed(large[start : start + 1000])
        assert len(reader._buffer) < 1100
    assert found == [b"after"]


@pytest.mark.parametrize("length", [2**32, 2**63, 2**64 - 1])
def test_a_length_beyond_all_files_reads_nothing_and_keeps_nothing(length: int):
    header = struct.pack("<Q", length)
    reader = Records()
    assert list(reader.feed(header + record(b"")[8:12] + bytes(10_000))) == []
    assert list(reader.feed(header + masked(header) + bytes(10_000))) == []
    assert len(reader._buffer) < 100
