"""The few fields of TensorBoard's Event message that hold scalars. Pure over bytes; nothing of a message is trusted.

tensorflow/core/util/event.proto, framework/summary.proto and framework/tensor.proto; the encoding is that of
protobuf.dev/programming-guides/encoding.
"""

import struct
from collections.abc import Iterator

from msgspec import Struct

LONGEST_TAG_BYTES = 256


class Event(Struct, frozen=True):
    """The scalars that were written at a step. `wall_time` is in seconds since 1970."""

    wall_time: float
    step: int
    scalars: tuple[tuple[str, float], ...]


def parse_event(data: bytes) -> Event | None:
    """None for what is no Event message."""
    wall_time, step, scalars = 0.0, 0, []
    try:
        for number, value in fields(data):
            if number == 1 and isinstance(value, bytes):
                (wall_time,) = struct.unpack("<d", value)
            elif number == 2 and isinstance(value, int):
                step = value - (1 << 64) if value >> 63 else value
            elif number == 5 and isinstance(value, bytes):
                scalars += [parse_value(entry) for of, entry in fields(value) if of == 1 and isinstance(entry, bytes)]
    except (ValueError, struct.error):
        return None
    return Event(wall_time, step, tuple(scalar for scalar in scalars if scalar is not None))


def parse_value(data: bytes) -> tuple[str, float] | None:
    """The tag and number of a Summary.Value; None for one that holds none. Raises ValueError and struct.error."""
    tag, number = None, None
    for of, value in fields(data):
        if of == 1 and isinstance(value, bytes) and len(value) <= LONGEST_TAG_BYTES:
            tag = value.decode(errors="replace")
        elif of == 2 and isinstance(value, bytes):
            (number,) = struct.unpack("<f", value)
        elif of == 8 and isinstance(value, bytes):
            number = parse_tensor(value)
    return None if tag is None or number is None else (tag, number)


def parse_tensor(data: bytes) -> float | None:
    """The number of a TensorProto that holds a single float or double. Raises ValueError and struct.error."""
    kind, content = 0, b""
    for of, value in fields(data):
        if of == 1 and isinstance(value, int):
            kind = value
        elif of in (4, 5, 6) and isinstance(value, bytes):  # tensor_content, float_val, double_val
            content = value
    form = {1: "<f", 2: "<d"}.get(kind)
    if form is None or len(content) != struct.calcsize(form):
        return None
    return float(struct.unpack(form, content)[0])


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message: an int for varints, bytes for all else. Raises ValueError."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        kind = key & 7
        if kind == 0:
            number, at = varint(message, at)
            yield key >> 3, number
            continue
        if kind == 2:
            size, at = varint(message, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError("a field of an unknown kind")
        if size > len(message) - at:
            raise ValueError("a field that reaches beyond its message")
        yield key >> 3, message[at : at + size]
        at += size


def varint(message: bytes, at: int) -> tuple[int, int]:
    """The number that begins there, and where it ends. Raises ValueError."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number & (1 << 64) - 1, at
    raise ValueError("a number without an end")
