"""TFRecord framing, as of TensorBoard's event files. Pure over bytes; nothing of a file is trusted.

tensorflow/core/lib/io/record_writer.cc: a record is its length (u64), the masked CRC-32C of that, the data, and the
masked CRC-32C of the data, all little-endian.
"""

import struct
from collections.abc import Iterator

HEADER_BYTES, FOOTER_BYTES = 12, 4
# Scalars take some 100 bytes. Images, graphs and histograms are passed over without being read.
LARGEST_RECORD_BYTES = 16 * 1024
MASK_DELTA = 0xA282EAD8


def _table() -> tuple[int, ...]:
    entries = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)  # noqa: PLW2901 - the polynomial, bit by bit
        entries.append(byte)
    return tuple(entries)


TABLE = _table()


def crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli), RFC 3720 appendix B.4."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def masked_crc32c(data: bytes) -> int:
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + MASK_DELTA) & 0xFFFFFFFF


class Records:
    """Cuts a growing file into records, whatever pieces it comes in.

    `aligned` says whether the first piece begins with a record; if not, and after damage, the next record is found by
    the checksum of its length. The last record may be torn: it waits for its rest. `damaged` counts
    what was passed over.
    """

    def __init__(self, *, aligned: bool = True) -> None:
        self._buffer = b""
        self._skip = 0
        self._lost = not aligned
        self.damaged = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The data of the records that this piece completes."""
        buffer, at = self._buffer + piece, 0
        while True:
            passed = min(self._skip, len(buffer) - at)
            self._skip, at = self._skip - passed, at + passed
            if self._lost:
                at = next_header(buffer, at)
                self._lost = length_at(buffer, at) is None
            length = length_at(buffer, at)
            if length is None:
                if len(buffer) - at < HEADER_BYTES:
                    break
                self.damaged, self._lost = self.damaged + 1, True
                continue
            size = HEADER_BYTES + length + FOOTER_BYTES
            if length > LARGEST_RECORD_BYTES:
                self._skip = size
                continue
            if len(buffer) - at < size:
                break
            data = buffer[at + HEADER_BYTES : at + HEADER_BYTES + length]
            at += size
            if int.from_bytes(buffer[at - FOOTER_BYTES : at], "little") == masked_crc32c(data):
                yield data
            else:
                self.damaged += 1
        self._buffer = buffer[at:]


def length_at(buffer: bytes, at: int) -> int | None:
    """The length of the record that begins there; None where none does, or its header is torn."""
    header = buffer[at : at + HEADER_BYTES]
    if len(header) < HEADER_BYTES:
        return None
    length, crc = struct.unpack("<QI", header)
    return int(length) if crc == masked_crc32c(header[:8]) else None


def next_header(buffer: bytes, at: int) -> int:
    """Where the next record begins; where one may begin of which too little is there yet, if none does."""
    last = len(buffer) - HEADER_BYTES
    while at <= last:
        # No record has 4 GiB, so the upper half of each length is zeros.
        zeros = buffer.find(b"\0\0\0\0", at + 4)
        if zeros < 0 or zeros - 4 > last:
            break
        at = zeros - 4
        if length_at(buffer, at) is not None:
            return at
        at += 1
    return max(at, last + 1) if last >= 0 else at
