"""Case 24: what others write is read with a declared error or none, and costs little, whatever it is."""

import signal
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.security.parsers import PARSERS

ALLOWED_SECONDS = 60  # for what takes milliseconds
LARGE_BYTES = 64 * 1024
# Beside what a parser is given and makes of it: a text of a byte a character has up to 60 bytes of object around it.
MOST_BYTES = 128 * LARGE_BYTES
PIECES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [b"\x00", b"\n", b'"', b"\\", b"[" * 200, b"{" * 200, b"NaN", b"1e999", b"-1", b"9" * 400, b"\xff", b"\\ud800"]
    ),
)
EDITS = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 20), PIECES), max_size=6)
UNITS = (
    b"[",
    b'{"a":',
    b"9",
    b"a=",
    b",",
    b"\n",
    b"\x00",
    b"\x80",
    b'"\\',
    b"(",
    b":",
    b"/",
    b"a b\n",
    b"\x0a\x7f",
    b"# ",
)


def read(name: str, content: bytes) -> Any:
    parser = PARSERS[name]
    try:
        return parser.read(content)
    except parser.raises:
        return None


def encodes(result: Any) -> None:
    """It is valid JSON, without halves of surrogate pairs: what is told of it goes out whole."""
    msgspec.json.decode(msgspec.json.encode(result, enc_hook=repr), strict=True)


@contextmanager
def in_time() -> Iterator[None]:
    """A parser that hangs fails its test, in place of all."""

    def ended(*_: object) -> None:
        raise AssertionError("it did not come to an end")

    before = signal.signal(signal.SIGALRM, ended)
    signal.alarm(ALLOWED_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("name", PARSERS)
def test_it_understands_its_example(name: str):
    """What is not understood would be fuzzed for nothing."""
    assert read(name, PARSERS[name].seed) not in (None, [], {}, False) or name in {"alerts", "socket statistics"}


@pytest.mark.parametrize("name", PARSERS)
@given(content=st.binary(max_size=300), edits=EDITS, is_damaged=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_anything_is_read_or_refused_by_its_declared_error(
    name: str, content: bytes, edits: list[tuple[int, int, bytes]], is_damaged: bool
):
    if is_damaged:
        damaged = bytearray(PARSERS[name].seed)
        for place, length, piece in edits:
            damaged[place : place + length] = piece
        content = bytes(damaged)
    result = read(name, content)
    if not name.startswith(("Host", "Last-Event-ID")):  # which go no further where they are not ours
        encodes(result)


@pytest.mark.parametrize("name", PARSERS)
def test_large_and_deep_input_costs_bounded_time_and_memory(name: str):
    """Of anything that a reader takes in one piece; most stop sooner."""
    for unit in (*UNITS, PARSERS[name].seed):
        content = unit * (LARGE_BYTES // len(unit))
        tracemalloc.start()
        try:
            with in_time():
                read(name, content)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak <= MOST_BYTES, f"{peak / 2**20:.0f} MiB for {unit[:20]!r}"
