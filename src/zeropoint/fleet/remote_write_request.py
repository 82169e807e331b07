"""Prometheus' remote-write message, version 1.0 (prometheus.io/docs/specs/remote_write_spec), encoded by hand.

Of protobuf it needs three messages of two fields each, so there is no dependency for them:

    WriteRequest { repeated TimeSeries timeseries = 1; }
    TimeSeries   { repeated Label labels = 1; repeated Sample samples = 2; }
    Label        { string name = 1; string value = 2; }    Sample { double value = 1; int64 timestamp = 2; }
"""

from collections.abc import Iterable, Iterator, Mapping
from struct import Struct

import cramjam

# Tags of protobuf: the field's number and how it is written (1: 8 bytes, 2: length and bytes, 0: varint).
FIRST_BYTES, SECOND_BYTES, FIRST_DOUBLE, SECOND_VARINT = b"\x0a", b"\x12", b"\x09", b"\x10"
# What ends a series: a NaN of its own, which no value may be.
STALE = (0x7FF0000000000002).to_bytes(8, "little")
# Before compression; receivers take 16 MiB and more.
MOST_BYTES = 1024 * 1024

pack_double = Struct("<d").pack


def varint(number: int) -> bytes:
    """An integer of 64 bits as protobuf writes it, seven bits a byte; negative ones as their complement."""
    number &= 0xFFFF_FFFF_FFFF_FFFF
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def field(tag: bytes, content: bytes) -> bytes:
    """A field that has a length."""
    return tag + varint(len(content)) + content


def encode_labels(labels: Mapping[str, str]) -> bytes:
    """The labels of a series, its name among them as __name__: sorted, and none that is empty, as the standard asks."""
    return b"".join(
        field(FIRST_BYTES, field(FIRST_BYTES, name.encode()) + field(SECOND_BYTES, text.encode()))
        for name, text in sorted(labels.items())
        if text
    )


def around_value(time_ms: int) -> tuple[bytes, bytes]:
    """What stands before and after the 8 bytes of a value at this time; the same for all series of a moment."""
    after = SECOND_VARINT + varint(time_ms)
    return SECOND_BYTES + varint(9 + len(after)) + FIRST_DOUBLE, after


def requests(series: Mapping[bytes, list[bytes]]) -> Iterator[bytes]:
    """The bodies of requests, compressed: encoded labels with their encoded samples, the oldest first. Each has about
    MOST_BYTES before compression, or one series that has more."""
    parts: list[bytes] = []
    size = 0
    for labels, samples in series.items():
        part = field(FIRST_BYTES, b"".join((labels, *samples)))
        if size and size + len(part) > MOST_BYTES:
            yield compress(parts)
            parts, size = [], 0
        parts.append(part)
        size += len(part)
    if parts:
        yield compress(parts)


def compress(parts: Iterable[bytes]) -> bytes:
    """In snappy's block format, without its framing."""
    return bytes(cramjam.snappy.compress_raw(b"".join(parts)))
