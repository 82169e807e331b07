"""A hub asks a machine, over the bus: what it answers is untrusted, and bounded before it is kept."""

import asyncio
from contextlib import suppress

import msgspec
import nats.errors
from msgspec import Struct
from nats.aio.msg import Msg

from zeropoint.fleet.answering import LARGEST_ANSWER_BYTES, PART_BYTES, Question
from zeropoint.fleet.connection import Link
from zeropoint.fleet.names import PARTS, STATUS, query_of

ANSWER_SECONDS = 20.0
MOST_PARTS = LARGEST_ANSWER_BYTES // PART_BYTES + 1
NO_RESPONDERS = "503"


class NoAnswerError(Exception):
    """The machine does not answer. The message says why, in words that follow its name."""


class Answered(Struct, frozen=True):
    """HTTP status and JSON."""

    status: int
    body: bytes


class _Parts:
    """The parts of one answer, in order: those of one subject arrive as they were sent."""

    def __init__(self) -> None:
        self.done: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._parts: list[bytes] = []

    async def take(self, message: Msg) -> None:
        if self.done.done():
            return
        headers = message.headers or {}
        if headers.get("Status") == NO_RESPONDERS:
            self.done.set_exception(NoAnswerError("is not connected to the bus"))
            return
        number, _, count = headers.get(PARTS, "").partition("/")
        told = headers.get(STATUS, "")
        fits = number == str(len(self._parts)) and count.isdecimal() and len(count) <= 3 and told.isdecimal()
        if not fits or not 0 < int(count) <= MOST_PARTS or len(message.data) > PART_BYTES or len(told) != 3:
            self.done.set_exception(NoAnswerError("answers what is not understood"))
            return
        self._parts.append(message.data)
        if len(self._parts) == int(count):
            self._end(int(told), b"".join(self._parts))

    def _end(self, status: int, body: bytes) -> None:
        try:
            msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            self.done.set_exception(NoAnswerError("answers what is no JSON"))
        else:
            self.done.set_result(Answered(status, body))


async def ask(link: Link, host: str, path: str, query: str) -> Answered:
    """What a machine answers to a path and a query. No credentials go with it. Raises NoAnswerError."""
    parts, inbox = _Parts(), link.client.new_inbox()
    try:
        subscription = await link.client.subscribe(inbox, cb=parts.take, pending_msgs_limit=MOST_PARTS + 1)
        try:
            await link.client.publish(query_of(host), msgspec.json.encode(Question(path, query)), reply=inbox)
            async with asyncio.timeout(ANSWER_SECONDS):
                return await parts.done
        finally:
            with suppress(nats.errors.Error):
                await subscription.unsubscribe()
    except TimeoutError:
        raise NoAnswerError("did not answer in time") from None
    except nats.errors.Error:
        raise NoAnswerError("cannot be asked: the bus is away") from None
