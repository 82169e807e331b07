"""Follows the stream: every message once and in order, over lost connections and servers that forget their consumers.

Its consumers are the stream's own ordered ones, without a state that outlives them (ADR-17): whatever goes wrong, the
next one begins after the last message that was received.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import nats.errors
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from zeropoint.fleet.connection import Link
from zeropoint.fleet.message import Message, delivered
from zeropoint.fleet.names import ALL_SAMPLES, STREAM
from zeropoint.fleet.stored import newest_stored

HEARTBEAT_SECONDS = 1.0
SILENCE_SECONDS = 4.0
# A consumer that nobody listens to any more is forgotten by the server.
FORGET_SECONDS = 30.0
WAITING_MESSAGES = 64 * 1024
WAITING_BYTES = 64 * 1024 * 1024
CONTROL, STALLED = "100", "Nats-Consumer-Stalled"


class Following:
    """`receive` gets each message; `caught_up` is set while all that was stored has been received. It begins with the
    newest message of each machine, which may come twice: of a machine that is silent the stream may have none."""

    def __init__(self, receive: Callable[[Message], None], clock: Callable[[], float] = time.monotonic) -> None:
        self.sequence: int | None = None
        self.caught_up = asyncio.Event()
        self._receive = receive
        self._clock = clock
        self._heard_at = 0.0

    async def run(self, link: Link) -> None:
        """Follows over one connection, until that is lost. Raises what nats-py raises."""
        if self.sequence is None:
            async for message in newest_stored(link):
                self._receive(message)
        while not link.lost.is_set():
            await self._consume(link)

    def forget(self) -> None:
        """Begins anew: the stream is another one."""
        self.sequence = None
        self.caught_up.clear()

    async def _consume(self, link: Link) -> None:
        """One consumer, for as long as it sends everything in order."""
        broken, expected = asyncio.Event(), 1
        self._heard_at = self._clock()

        async def on_message(message: Msg) -> None:
            nonlocal expected
            self._heard_at = self._clock()
            found = delivered(message)
            if found is None:
                # By where it came from, not by its headers: a message may have any.
                if not await self._controlled(link, message, expected - 1):
                    broken.set()
                return
            if found[1] != expected:
                broken.set()
            if broken.is_set():
                return
            expected += 1
            self.sequence = found[0].sequence
            self._receive(found[0])
            if found[0].pending == 0:
                self.caught_up.set()

        inbox = link.client.new_inbox()
        subscription = await link.client.subscribe(
            inbox, cb=on_message, pending_msgs_limit=WAITING_MESSAGES, pending_bytes_limit=WAITING_BYTES
        )
        try:
            made = await link.stream.add_consumer(STREAM, self._config(inbox))
            if made.num_pending == 0:
                self.caught_up.set()
            while not broken.is_set() and not link.lost.is_set() and self._clock() - self._heard_at < SILENCE_SECONDS:
                with suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await broken.wait()
        finally:
            with suppress(nats.errors.Error):
                await subscription.unsubscribe()

    async def _controlled(self, link: Link, message: Msg, received: int) -> bool:
        """Answers a heartbeat or a request of the server's flow control; False where the consumer is to be left: it
        has been ended, or has sent more than was received."""
        headers = message.headers or {}
        if headers.get("Status") != CONTROL:
            return False
        last = headers.get("Nats-Last-Consumer")
        if last is not None and last != str(received):
            return False
        if reply := message.reply or headers.get(STALLED):
            await link.client.publish(reply)
        return True

    def _config(self, inbox: str) -> ConsumerConfig:
        return ConsumerConfig(
            deliver_subject=inbox,
            filter_subject=ALL_SAMPLES,
            deliver_policy=DeliverPolicy.LAST_PER_SUBJECT if self.sequence is None else DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=None if self.sequence is None else self.sequence + 1,
            ack_policy=AckPolicy.NONE,
            max_deliver=1,
            flow_control=True,
            idle_heartbeat=HEARTBEAT_SECONDS,
            inactive_threshold=FORGET_SECONDS,
            mem_storage=True,
            num_replicas=1,
        )
