"""A large body that is sent piece by piece.

Given all of it at once, the event loop copies what a slow reader has not taken yet, for each of them: a thousand that
read a file of half a megabyte a byte at a time would hold half a gigabyte.
"""

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

PIECE_BYTES = 16 * 1024


class Pieces(Payload):
    """Bytes that all answers share. Each waits until its reader has taken what was sent before."""

    _value: bytes
    _autoclose = True

    def __init__(self, content: bytes, content_type: str) -> None:
        super().__init__(content, content_type=content_type)
        self._size = len(content)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._value.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        for start in range(0, len(self._value), PIECE_BYTES):
            await writer.write(self._value[start : start + PIECE_BYTES])
            await writer.drain()
