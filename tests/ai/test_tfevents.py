from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ai.event_writer import event, simple, sized, tensor, varint, version
from zeropoint.ai.tfevents import fields, parse_event
from zeropoint.ai.tfevents import varint as read_varint
from zeropoint.ai.tfrecords import Records

NUMBERS = st.floats(width=32, allow_nan=False)


def parsed(content: bytes):
    return [parse_event(data) for data in Records().feed(content)]


@pytest.mark.parametrize("form", [simple, tensor])
@given(st.floats(0, 4e9), st.integers(-(2**63), 2**63 - 1), st.dictionaries(st.text(max_size=40), NUMBERS, max_size=5))
def test_scalars_come_back_as_they_were_written(form, wall_time: float, step: int, scalars: dict[str, float]):
    (read,) = parsed(event(wall_time, step, scalars, form))
    assert read is not None
    assert (read.wall_time, read.step, dict(read.scalars)) == (wall_time, step, scalars)


def test_what_holds_no_scalar_is_an_event_without_any():
    (read,) = parsed(version(5.0))
    assert read is not None and (read.wall_time, read.scalars) == (5.0, ())


def test_a_text_or_an_image_beside_a_scalar_costs_nothing():
    image = sized(1, sized(1, b"image") + sized(4, b"\x08\x01" + sized(4, b"png")))
    text = sized(1, sized(1, b"text") + sized(8, b"\x08\x07" + sized(8, b"a text")))
    read = parse_event(b"\x10\x07" + sized(5, image + text + sized(1, simple("loss", 0.5))))
    assert read is not None and (read.step, read.scalars) == (7, (("loss", 0.5),))


def test_numbers_that_are_none_are_handed_on_as_they_are():
    (read,) = parsed(event(1.0, 1, {"loss": float("nan")}))
    assert read is not None and isnan(read.scalars[0][1])


@given(st.binary(max_size=500))
def test_no_message_raises(data: bytes):
    read = parse_event(data)
    assert read is None or all(len(tag) <= 256 for tag, _ in read.scalars)


@given(st.binary(max_size=300))
def test_fields_never_reach_beyond_their_message(data: bytes):
    try:
        found = list(fields(data))
    except ValueError:
        return
    assert sum(len(value) for _, value in found if isinstance(value, bytes)) <= len(data)


@given(st.integers(0, 2**64 - 1))
def test_varints_come_back(number: int):
    assert read_varint(varint(number), 0) == (number, len(varint(number)))


@pytest.mark.parametrize("message", [b"\x80", b"\x80" * 20, b""])
def test_a_varint_without_an_end_is_refused(message: bytes):
    with pytest.raises(ValueError, match="without an end"):
        read_varint(message, 0)
