import itertools
import zlib
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zeropoint.history.block_values import select
from zeropoint.history.blocks import CRC, MAGIC, Block, BlockError, encode
from zeropoint.history.rows import Floats

NOON_MS = 1_795_867_200_000
ANY_BITS = st.integers(0, 2**64 - 1)
NAN = 0x7FF8000000000000


@st.composite
def rows(draw: st.DrawFn, length: int) -> Floats:
    """One series as machines tell them, or any bits at all."""
    numbers = st.one_of(
        ANY_BITS.map(lambda bits: np.array([bits], np.uint64).view(np.float64)[0]),
        st.integers(-(2**53), 2**53).map(float),
        st.integers(-(10**9), 10**9).map(lambda millionths: round(millionths / 1e6, 6)),
        st.sampled_from([0.0, -0.0, np.nan, np.inf, -np.inf, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3]),
    )
    kind = draw(st.sampled_from(["constant", "counter", "noise", "gaps"]))
    if kind == "constant":
        return np.full(length, draw(numbers))
    if kind == "counter":
        steps = draw(arrays(np.int64, length, elements=st.integers(0, 10**6)))
        return np.minimum(steps.cumsum() + draw(st.integers(0, 2**53 - 10**9)), 2**53).astype(np.float64)
    values = draw(arrays(np.float64, length, elements=numbers))
    if kind == "gaps":
        values[draw(arrays(np.bool_, length))] = np.nan
    return values


@st.composite
def planes(draw: st.DrawFn) -> tuple[Floats, ...]:
    length, series, count = draw(st.sampled_from([0, 1, 2, 7, 8, 60])), draw(st.integers(0, 6)), draw(st.integers(1, 4))
    pool = [draw(rows(length)) for _ in range(4)]
    choice = st.integers(0, len(pool) - 1)
    return tuple(np.array([pool[draw(choice)] for _ in range(series)]).reshape(series, length) for _ in range(count))


def times(length: int) -> np.ndarray:
    return NOON_MS + 1000 * np.arange(length, dtype=np.int64) + np.arange(length) % 7


def same_bits(these: Floats, those: Floats) -> bool:
    return these.shape == those.shape and bool(
        (these.view(np.int64) == np.ascontiguousarray(those).view(np.int64)).all()
    )


def check(made: tuple[Floats, ...]) -> bytes:
    """Encodes, and holds what is read against what was given."""
    series, length = made[0].shape
    ids = np.arange(1, 3 * series + 1, 3, dtype=np.uint32)
    content = encode(times(length), ids, made)
    block = Block(content)
    assert block.times_ms.tolist() == times(length).tolist()
    assert block.ids.tolist() == ids.tolist()
    (read,) = select([block], ids)
    assert all(same_bits(one, np.ascontiguousarray(other)) for one, other in zip(made, read, strict=True))
    return content


@settings(max_examples=200, deadline=None)
@given(planes())
def test_what_is_read_is_what_was_written_to_the_bit(made: tuple[Floats, ...]):
    check(made)


@pytest.mark.parametrize("length", [0, 1, 2, 60, 600, 1200])
@pytest.mark.parametrize("series", [0, 1, 300])
def test_blocks_of_any_size(length: int, series: int):
    random = np.random.default_rng(length + series)
    values = random.normal(50, 20, (series, length)).round(random.integers(0, 6))
    values[::3] = np.cumsum(random.integers(0, 10**7, (series, length)), axis=1)[::3]
    values[1::5, : length // 2] = np.nan
    check((values,))


def test_counters_are_exact_up_to_two_to_the_53():
    check((2.0**53 - np.arange(60, dtype=np.float64)[::-1].reshape(1, 60) ** 3,))
    check((np.array([[2.0**53, 2.0**53 - 1, -(2.0**53), 0.0, 2.0**53 + 2]]),))


def test_a_zero_keeps_its_sign():
    check((np.array([[1.5, -0.0, 0.0, 2.5], [-0.0, -0.0, -0.0, -0.0], [0.0, 0.0, -0.0, np.nan]]),))


def test_a_nan_of_other_bits_is_no_missing_value():
    odd = np.array([[1, NAN, NAN + 1, NAN | 1 << 63, 2]], np.uint64).view(np.float64)
    check((odd,))


def test_states_and_steps_take_next_to_nothing():
    states = np.zeros((500, 60))
    states[:, 30:] = 1.0
    assert len(check((states,))) / states.size < 0.1


@cache
def example() -> bytes:
    random = np.random.default_rng(3)
    values = np.vstack([random.integers(0, 300, (20, 30)), random.normal(0, 1, (5, 30)), np.ones((9, 30))])
    values[::4, 5:9] = np.nan
    return encode(times(30), np.arange(34, dtype=np.uint32), (values,))


def test_every_byte_that_is_changed_and_every_cut_is_noticed():
    content = example()
    for place, change in itertools.product(range(len(content)), (0x01, 0x80, 0xFF)):
        damaged = bytearray(content)
        damaged[place] ^= change
        with pytest.raises(BlockError):
            Block(bytes(damaged))
    for length in range(len(content)):
        with pytest.raises(BlockError):
            Block(content[:length])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255), st.integers(0, 3))
def test_what_is_wrong_behind_a_right_checksum_is_a_block_error_or_numbers(place: int, change: int, cut: int):
    """A block that was made to do harm, or by a fault of ours."""
    start = len(MAGIC) + CRC.size
    body = bytearray(example()[start:])
    body[place % len(body)] ^= change
    body = body[: len(body) - cut * 7]
    content = MAGIC + CRC.pack(zlib.crc32(body)) + bytes(body)
    try:
        block = Block(content)
        (read,) = select([block], np.arange(34, dtype=np.uint32))
    except BlockError:
        return
    assert read.shape == (block.planes, 34, len(block.times_ms))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_block_are_a_block_error(content: bytes):
    for bytes_ in (content, MAGIC + content, MAGIC + CRC.pack(zlib.crc32(content)) + content):
        with pytest.raises(BlockError):
            select([Block(bytes_)], np.array([1], np.uint32))
