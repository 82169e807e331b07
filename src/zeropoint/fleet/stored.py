"""Messages that the stream has stored, asked for by their place: for readers that come back."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import nats.errors
from msgspec import Struct
from nats.aio.msg import Msg

from zeropoint.fleet.connection import Link
from zeropoint.fleet.message import Message, fetched, sourced
from zeropoint.fleet.names import ALL_SAMPLES, NEWEST, STREAM

ANSWER_SECONDS = 4.0
BATCH_BYTES = 4 * 1024 * 1024
BATCH_MACHINES = 256
# A status in place of a message: the end of the batch, nothing there, and a server that knows no batches (before 2.11).
END, NONE, NOT_UNDERSTOOD = "204", "404", "408"


class Extent(Struct, frozen=True):
    """The first and the last message that a stream has."""

    first: int
    last: int


async def extent(link: Link, stream: str = STREAM) -> Extent:
    """Raises what nats-py raises."""
    state = (await link.stream.stream_info(stream)).state
    return Extent(state.first_seq, state.last_seq)


async def newest_stored(link: Link) -> AsyncIterator[Message]:
    """The newest message of each machine that was there when it is asked for, in order. Raises what `stored_after`
    raises."""
    at, end = 0, (await extent(link, NEWEST)).last
    while at < end and (messages := await stored_after(link, at, ALL_SAMPLES, BATCH_MACHINES, stream=NEWEST)):
        for message in messages:
            if (original := sourced(message)) is not None:
                yield original
        at = messages[-1].sequence


async def stored_after(link: Link, sequence: int, subject: str, limit: int, *, stream: str = STREAM) -> list[Message]:
    """At most `limit` messages of a subject after a place in a stream, in order. Raises TimeoutError, ConnectionError
    for a server that does not answer such questions, and what nats-py raises."""
    found: list[Message] = []
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def on_message(message: Msg) -> None:
        one = fetched(message)
        if one is not None:  # whatever else its headers say: they are its publisher's
            found.append(one)
        elif not ended.done():
            ended.set_result((message.headers or {}).get("Status") or NOT_UNDERSTOOD)

    inbox = link.client.new_inbox()
    subscription = await link.client.subscribe(inbox, cb=on_message)
    try:
        question = {"seq": sequence + 1, "next_by_subj": subject, "batch": limit, "max_bytes": BATCH_BYTES}
        await link.client.publish(f"$JS.API.DIRECT.GET.{stream}", json.dumps(question).encode(), reply=inbox)
        async with asyncio.timeout(ANSWER_SECONDS):
            status = await ended
    finally:
        with suppress(nats.errors.Error):
            await subscription.unsubscribe()
    if status not in (END, NONE):
        raise ConnectionError(
            f"the bus does not give stored messages ({status}); it has to be nats-server 2.11 or later"
        )
    return found
