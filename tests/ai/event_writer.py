"""Writes event files as TensorBoard does, independently of the parser: CRC-32C bit by bit, fields from the .proto."""

import struct
from collections.abc import Mapping


def crc32c_by_bits(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 * (crc & 1))
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> bytes:
    crc = crc32c_by_bits(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17) & 0xFFFFFFFF) + 0xA282EAD8) & 0xFFFFFFFF)


def record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


def varint(number: int) -> bytes:
    number &= 2**64 - 1
    parts = bytearray()
    while number >= 128:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])


def sized(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def simple(tag: str, value: float) -> bytes:
    """A Summary.Value with simple_value, as torch and Hugging Face write it."""
    return sized(1, tag.encode()) + b"\x15" + struct.pack("<f", value)


def tensor(tag: str, value: float) -> bytes:
    """A Summary.Value with a scalar tensor, as Keras writes it."""
    return sized(1, tag.encode()) + sized(8, b"\x08\x01" + sized(2, b"") + sized(4, struct.pack("<f", value)))


def event(wall_time: float, step: int, scalars: Mapping[str, float], form=simple) -> bytes:
    summary = b"".join(sized(1, form(tag, value)) for tag, value in scalars.items())
    return record(b"\x09" + struct.pack("<d", wall_time) + b"\x10" + varint(step) + sized(5, summary))


def version(wall_time: float = 1.0) -> bytes:
    """What each event file begins with."""
    return record(b"\x09" + struct.pack("<d", wall_time) + sized(3, b"brain.Event:2"))
