"""Large bodies that are sent piece by piece.

Given all of it at once, the event loop copies what a slow reader has not taken yet, for each of them: a thousand that
read a file of half a megabyte a byte at a time would hold half a gigabyte.
"""

from collections.abc import AsyncIterator

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

PIECE_BYTES = 16 * 1024
# Of what belongs to one answer alone: it is held for its reader anyway, and each piece is a turn of the event loop.
OWN_PIECE_BYTES = 256 * 1024


class Pieces(Payload):
    """Bytes that are sent without another copy of all of them. Each piece waits until the reader has taken what was
    sent before."""

    _value: bytes
    _autoclose = True

    def __init__(self, content: bytes, content_type: str, piece_bytes: int = PIECE_BYTES) -> None:
        super().__init__(content, content_type=content_type)
        self._size = len(content)
        self._piece_bytes = piece_bytes

    @property
    def content(self) -> bytes:
        return self._value

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return self._value.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        content = memoryview(self._value)
        # It is joined to the headers.
        await writer.write(content[:PIECE_BYTES])
        for start in range(PIECE_BYTES, len(content), self._piece_bytes):
            await writer.drain()
            await writer.write(content[start : start + self._piece_bytes])
        await writer.drain()


class MadePieces(Payload):
    """Pieces of which each is made when its reader has taken the one before, so that nobody knows how many will come:
    in HTTP/1.1 they go out as chunks, in HTTP/1.0 the connection ends with them."""

    _value: AsyncIterator[bytes]
    _autoclose = True

    def __init__(self, content: AsyncIterator[bytes], content_type: str) -> None:
        super().__init__(content, content_type=content_type)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError("it is made as it is sent")

    async def write(self, writer: AbstractStreamWriter) -> None:
        async for piece in self._value:
            await writer.write(piece)
            await writer.drain()
