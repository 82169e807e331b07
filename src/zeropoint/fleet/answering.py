"""A machine answers questions over the bus: its history, its runs. It is asked by hubs and by nobody else.

What may be asked is a table of the caller's; a question names a path of it and a query. An answer goes in parts, since
a message of the bus has a megabyte at most.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
import structlog
from msgspec import Meta, Struct
from nats.aio.msg import Msg

from zeropoint.fleet.connection import Link
from zeropoint.fleet.names import HUB_INBOX, PARTS, STATUS, query_of

log = structlog.get_logger()
LONGEST_QUESTION_BYTES = 32 * 1024
PART_BYTES = 256 * 1024
LARGEST_ANSWER_BYTES = 16 * 1024 * 1024
# Questions that wait for their turn; the others are not answered, and whoever asks is told that it took too long.
WAITING_QUESTIONS = 64
TOO_LARGE = (
    b'{"error":{"code":"too-large","message":"the answer is too large for the bus; ask for less","detail":null}}'
)


class Question(Struct, frozen=True):
    """A GET request without its credentials: who may ask is up to the bus."""

    path: Annotated[str, Meta(max_length=64)]
    query: Annotated[str, Meta(max_length=LONGEST_QUESTION_BYTES)]


# HTTP status and body of what a path and a query are answered with.
Answer = Callable[[str, str], Awaitable[tuple[int, bytes]]]
_question = msgspec.json.Decoder(Question)


class Answering:
    """Answers questions to one machine, one at a time."""

    def __init__(self, host: str, answer: Answer) -> None:
        self._host = host
        self._answer = answer

    async def listen(self, link: Link) -> None:
        """Answers from here on, as long as the connection lasts."""

        async def on_question(message: Msg) -> None:
            # Whoever asks names where the answer goes. It never goes to a subject that means something else.
            if message.reply.startswith(f"{HUB_INBOX}.") and len(message.data) <= LONGEST_QUESTION_BYTES:
                await self._reply(link, message)

        await link.client.subscribe(query_of(self._host), cb=on_question, pending_msgs_limit=WAITING_QUESTIONS)

    async def _reply(self, link: Link, message: Msg) -> None:
        try:
            question = _question.decode(message.data)
        except msgspec.DecodeError:
            return
        status, body = await self._answer(question.path, question.query)
        if len(body) > LARGEST_ANSWER_BYTES:
            status, body = 413, TOO_LARGE
        parts = [body[at : at + PART_BYTES] for at in range(0, len(body), PART_BYTES)] or [b""]
        for number, part in enumerate(parts):
            headers = {STATUS: str(status), PARTS: f"{number}/{len(parts)}"}
            await link.client.publish(message.reply, part, headers=headers)
