"""Bounds of a request's head as it comes in. aiohttp's parser bounds each header, and their number, not their sum."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader

MOST_HEADERS = 128
END = b"\r\n\r\n"
CONTINUE = "100-continue"


class RefusedHead(HttpProcessingError):  # noqa: N818 - as aiohttp names its own
    """A head is refused with the status `code`."""


class BoundedParser:
    """Stands before aiohttp's parser of a connection. Raises LineTooLong for a head of more than `most_bytes`, complete
    or not, or of too many headers; RefusedHead for one that took too long, or expects what there is not."""

    __slots__ = ("_body", "_late", "_most_bytes", "_parser", "open_bytes")

    def __init__(self, parser: Any, most_bytes: int) -> None:
        self._parser = parser
        self._most_bytes = most_bytes
        self._body: StreamReader = EMPTY_PAYLOAD
        self._late = False
        self.open_bytes = 0
        """Bytes of a head that is not complete yet."""

    def feed_data(self, data: bytes) -> tuple[Sequence[tuple[RawRequestMessage, StreamReader]], bool, bytes]:
        if self._late:
            self._late = False
            raise RefusedHead(code=HTTPStatus.REQUEST_TIMEOUT)
        # What came while a body was not complete is the body's; at most one read of what follows is not counted.
        of_body = self._body is not EMPTY_PAYLOAD and not self._body.is_eof()
        messages, upgraded, tail = self._parser.feed_data(data)
        received = self.open_bytes + len(data)
        if messages:
            for message, _ in messages:
                self._check(message, received)
            self._body = messages[-1][1]
            # A head that is complete ends so; what stands behind the last end is the beginning of one, or a body.
            self.open_bytes = 0 if self._body is not EMPTY_PAYLOAD else len(data) - _behind_end(data)
        elif of_body:
            self.open_bytes = 0
        else:
            self.open_bytes = received
            if received > self._most_bytes:
                raise self._too_long()
        return messages, upgraded, tail

    def give_up(self) -> None:
        """Lets the next call say that the head took too long."""
        self._late = True

    def _check(self, message: RawRequestMessage, received: int) -> None:
        if len(message.raw_headers) > MOST_HEADERS:
            raise self._too_long()
        if received > self._most_bytes and size_of(message) > self._most_bytes:
            raise self._too_long()
        # aiohttp would answer this by itself, before anything of ours is asked.
        if message.headers.get("Expect", CONTINUE).lower() != CONTINUE:
            raise RefusedHead(code=HTTPStatus.EXPECTATION_FAILED)

    def _too_long(self) -> LineTooLong:
        self.open_bytes = 0
        return LineTooLong(b"", self._most_bytes)

    # --- the rest of what aiohttp asks its parser

    def feed_eof(self) -> Any:
        return self._parser.feed_eof()

    def message_consumed(self) -> None:
        self._parser.message_consumed()

    def pause_reading(self) -> None:
        self._parser.pause_reading()

    def set_upgraded(self, upgraded: bool) -> None:
        self._parser.set_upgraded(upgraded)


def size_of(message: RawRequestMessage) -> int:
    """Bytes of a head on the wire."""
    lines = sum(len(name) + len(value) + 4 for name, value in message.raw_headers)
    return len(message.method) + len(message.path) + len("  HTTP/1.1\r\n\r\n") + lines


def _behind_end(data: bytes) -> int:
    found = data.rfind(END)
    return len(data) if found < 0 else found + len(END)
