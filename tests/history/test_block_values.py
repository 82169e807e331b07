"""Many blocks read at once: exactly what each was written of, whatever the others have."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.history.test_blocks import rows, same_bits, times
from zeropoint.history.block_values import select
from zeropoint.history.blocks import CRC, MAGIC, RAW, Block, BlockError, encode
from zeropoint.history.rows import Floats

# Series of a block: numbers, and planes (m, n).
Made = tuple[np.ndarray, list[Floats]]
# Made by the version before parts of frames were stored as they are, of what `early` tells.
EARLY = base64.b64decode(
    b"WlBCMa0uasseAAYAAAACAgCwAQAAdAAAAGM4xaa0iJGB4QUzAxgMdxoImGrPMjAycKQ+A/OsQQTLXDC7Hkzag8k0MGkMJueBSX8w"
    b"uQBMBsiByGeKDB8YGH47gHU5gDTaM4IswIIZgFYygkkmVJKFhZGHlYGFFUQC+RBnMjNwARUfAUqDzNZhgpjBAcQAq773fU81ENf/"
    b"//8HhNUtzxXA6AsL8ICEKahg5iEENfPXzy8/kRFek9AVs/PjAQxowNcPQfkyMDCiIAImoSoGAKv///9PPRQ/rpWaUBdYqfvb1v0x"
    b"27YkuetTvRQEvCpCNT9Zv2xYZ2J39XXOhJeV1h8+fJ5l1/ryz7O51c82OG1w8nDVKbTlqwXp7JNTKGq+vbEVRadUVUqwVWUX21KR"
    b"Q7d2l3Z/F1/3gbNhz3R2jzk5hSbu9176Ltnot+TVk2PHjlW9lFn7vy3nVds9rkNiilzbePcaFYN0KnQlvo21cpVH0Vl2edP2bjeV"
    b"VpeLYflCEwR2z5odteWVQPpr+WOb3lU8rFhiPvmo1eSVE6SlpV8tKdr+X3rTSukqTa7IVs0b1pk3s0E6T2Rom3Oe4PiAorNIT/vu"
    b"VLbe+5p5YTJy6pdkP/4t/X9yqszKa7PydsdWPZ5810/spd9y5/z8/JWTT9z7n3dyed7rJdopIkuSLMVFj4B0ym/X7usXzmRG0Slw"
    b"bdOcrpknPHZKx9wVjiirMrqwv90n1KWnYt0uHxGRXr8Sq+glVvP49uzZs9xPser/DrV5O9ZOWDMxaEI3R3YkM0jnad517zh1rP+g"
    b"6LS4skjMannvrl8uZzN1hDgcW/rnbp1QOnfFv6V5ix+vM7e6/DJHOLOq8uPGj/92qWvvb7zNxRge9KG149HZOVmB/CCdbIvStkzr"
    b"bGlA0SnKxfKXiY2RiZ+RiZ2RmVGegZGBmQFIsIOJT+L8FhxyXGw1LDzSTOy81aIl3JIsPBmF3BKslb9YmfhAOoFamMEaoDr5QQQQ"
    b"1DPgBHik8MoxAAA="
)


def early() -> Floats:
    seconds = np.arange(30.0)
    share = np.array([(37 * second * second + 11 * second) % 10_007 / 100 for second in range(30)])
    gaps = np.where(seconds % 5 == 0, np.nan, seconds / 8)
    return np.vstack([np.full(30, 7.5), seconds**2 * 1000, share, share, gaps, np.sqrt(seconds + 0.5)])


@st.composite
def stores(draw: st.DrawFn) -> list[Made]:
    """Blocks of which each has some of twelve series, as they come and go."""
    planes = draw(st.sampled_from([1, 4]))
    made = []
    for _ in range(draw(st.integers(1, 6))):
        length = draw(st.sampled_from([1, 7, 8, 59, 60, 60, 60]))
        numbers = np.array(sorted(draw(st.sets(st.integers(1, 12)))), np.uint32)
        pool = [draw(rows(length)) for _ in range(4)]
        choice = st.integers(0, len(pool) - 1)
        values = [np.array([pool[draw(choice)] for _ in numbers]).reshape(len(numbers), length) for _ in range(planes)]
        made.append((numbers, values))
    return made


def expected(made: Made, wanted: np.ndarray) -> Floats:
    numbers, values = made
    found = np.full((len(values), len(wanted), values[0].shape[1]), np.nan)
    for place, number in enumerate(wanted.tolist()):
        if number in numbers:
            found[:, place] = [plane[numbers.searchsorted(number)] for plane in values]
    return found


def check(store: list[Made], wanted: np.ndarray) -> None:
    blocks = [Block(encode(times(values[0].shape[1]), numbers, values)) for numbers, values in store]
    for made, read in zip(store, select(blocks, wanted), strict=True):
        assert same_bits(np.ascontiguousarray(read), expected(made, wanted))


@settings(max_examples=200, deadline=None)
@given(stores(), st.permutations(range(14)), st.integers(1, 14))
def test_each_block_is_read_to_the_bit_whatever_the_others_have(store: list[Made], order: list[int], count: int):
    check(store, np.array(order[:count], np.uint32))


def test_an_hour_of_a_busy_machine_is_read_to_the_bit():
    random = np.random.default_rng(5)
    store: list[Made] = []
    for minute in range(60):
        numbers = np.flatnonzero(random.random(400) < 0.9).astype(np.uint32)
        values = random.normal(50, 20, (len(numbers), 60 - minute % 2)).round(int(random.integers(0, 9)))
        values[::3] = random.integers(0, 10 ** int(random.integers(1, 13)), values[::3].shape).cumsum(axis=1)
        values[1::4] = values[0]
        values[random.random(values.shape) < 0.02] = np.nan
        store.append((numbers, [values]))
    check(store, random.permutation(420)[:90].astype(np.uint32))


def test_what_an_earlier_version_packed_is_read():
    block = Block(EARLY)
    assert block.ids.tolist() == [1, 3, 5, 7, 9, 11]
    (read,) = select([block], block.ids)
    assert same_bits(np.ascontiguousarray(read), np.stack([early(), early() + 1]))


def test_bytes_that_cannot_be_packed_are_stored_and_the_others_are_packed_better():
    """The lowest bytes of a noisy series are noise; the others are mostly 0."""
    noise = np.random.default_rng(6).integers(0, 1 << 17, (40, 60)).astype(np.float64)
    content = encode(times(60), np.arange(40, dtype=np.uint32), [noise])
    frame = frame_of(content)
    whole = zlib.decompress(frame, RAW)
    bitmaps = 40 * 8
    words = (len(whole) - bitmaps) // 3
    assert whole[bitmaps : bitmaps + words] in frame
    assert len(frame) < len(zlib.compress(whole, 9, RAW))


def test_the_planes_of_a_series_are_in_the_same_frame():
    noise = np.random.default_rng(8).integers(0, 1 << 14, (4, 300, 60)).astype(np.float64)
    block = Block(encode(times(60), np.arange(300, dtype=np.uint32), list(noise)))
    frames = np.frombuffer(block.columns[3], "<u2").reshape(4, 300)
    assert block.frames > 10
    in_one = (frames == frames[0]).all(axis=0)
    # Those at the ends of frames may lie in two.
    assert in_one.sum() > 300 - block.frames


def frame_of(content: bytes) -> bytes:
    """The one that a block has."""
    block = Block(content)
    assert block.frames == 1
    return content[block.first_frame :]


def test_no_blocks_have_no_values():
    assert select([], np.array([1], np.uint32)) == []


def test_a_block_that_is_wrong_behind_a_right_checksum_is_told():
    noise = np.random.default_rng(7).normal(0, 1, (9, 60))
    content = encode(times(60), np.arange(9, dtype=np.uint32), [noise])
    body = content[len(MAGIC) + CRC.size : -40]
    wrong = Block(MAGIC + CRC.pack(zlib.crc32(body)) + body)
    with pytest.raises(BlockError, match="damaged"):
        select([Block(content), wrong], np.array([1], np.uint32))


def test_some_series_are_read_without_the_others_in_the_order_asked_for():
    random = np.random.default_rng(1)
    values = random.integers(0, 1000, (300, 60)).astype(np.float64)
    ids = np.arange(10, 310, dtype=np.uint32)
    block = Block(encode(times(60), ids, (values, values + 1)))
    first, second = select([block], np.array([200, 9, 10, 5000, 309], np.uint32))[0]
    assert np.array_equal(first[[0, 2, 4]], values[[190, 0, 299]])
    assert np.array_equal(second[[0, 2, 4]], values[[190, 0, 299]] + 1)
    assert np.isnan(first[[1, 3]]).all()
    assert np.isnan(second[[1, 3]]).all()


def test_blocks_of_different_series_and_lengths_are_read_at_once():
    random = np.random.default_rng(2)
    made = []
    for length, numbers in ((60, [1, 2, 3]), (1, [2, 9]), (59, [1, 3, 9])):
        values = random.normal(0, 1, (len(numbers), length)).round(3)
        values[0, ::2] = np.nan
        made.append((numbers, values, Block(encode(times(length), np.array(numbers, np.uint32), (values,)))))
    wanted = [9, 2, 1]
    found = select([block for _, _, block in made], np.array(wanted, np.uint32))
    for (numbers, values, _), (read,) in zip(made, found, strict=True):
        for number, row in zip(wanted, read, strict=True):
            expected = values[numbers.index(number)] if number in numbers else np.full(values.shape[1], np.nan)
            assert np.array_equal(row, expected, equal_nan=True)
