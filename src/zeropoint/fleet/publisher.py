"""Publishes this machine's samples on the bus: each once, in order, those that it missed while it was away afterwards.

It reads the feed as a client does that comes back: what is due is what came after the last sample that the bus has, out
of memory or, where that does not reach so far back, out of the journal. So it has no buffer of its own, and never holds
a sample up. What neither has any more is told as gaps, with the next sample.
"""

import asyncio
import random
import time
from collections.abc import Callable

import structlog

from zeropoint.feed.archive import position as place_of
from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.feed.ring import Replay
from zeropoint.fleet.answering import Answer, Answering
from zeropoint.fleet.connection import Bus, BusError, Link, connected
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.names import MACHINE_INBOX, STREAM, alive_of, samples_of
from zeropoint.fleet.on_disk import OnDisk
from zeropoint.fleet.outgoing import WINDOW_SAMPLES, window_of
from zeropoint.fleet.position import Position, Progress, disk_words
from zeropoint.fleet.stream import LARGEST_SAMPLE_BYTES, ensure_stream, last_stored
from zeropoint.model import FleetReport, Gap
from zeropoint.texts import rfc3339

log = structlog.get_logger()
HEADERS_BYTES = 4096
ACKNOWLEDGE_SECONDS = 5.0
# How often a machine that has no sample to send tells that it lives.
ALIVE_SECONDS = 1.5
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 5.0


class Publisher:
    """`identify` tells who this machine is, and may raise OSError; `answer` is what the machine answers to questions
    over the bus."""

    def __init__(
        self,
        bus: Bus,
        feed: Broadcaster,
        identify: Callable[[], Machine],
        position: Position,
        *,
        disk: OnDisk,
        answer: Answer,
    ) -> None:
        self._bus = bus
        self._feed = feed
        self._identify = identify
        self._progress = Progress(position, disk)
        self._on_disk = disk
        self._answer = answer
        self._machine: Machine | None = None
        self._largest_bytes = LARGEST_SAMPLE_BYTES
        self._over: Gap | None = None
        self._too_large: str | None = None
        self._fault: tuple[str, float] | None = None
        self._denied: list[str] = []
        self._connected = False
        self._connections = self._published = self._repeated = self._lost = 0
        self._acknowledge_seconds: float | None = None

    async def run(self) -> None:
        """Publishes until it is cancelled, whatever becomes of the bus."""
        wait_seconds = FIRST_WAIT_SECONDS
        while True:
            published = self._published
            try:
                await self._serve()
            except (BusError, OSError, TimeoutError) as error:
                # Not BusError: the disk, which is to keep who this machine is.
                self._fails(
                    str(error) if isinstance(error, BusError) else f"its files cannot be used: {disk_words(error)}"
                )
            except Exception:
                log.exception("publishing failed")
                self._fails("publishing failed; see the log")
            finally:
                self._connected = False
            wait_seconds = FIRST_WAIT_SECONDS if self._published > published else 2 * wait_seconds
            wait_seconds = min(wait_seconds, LONGEST_WAIT_SECONDS)
            # After the bus was away all machines come back: not at the same moment.
            await asyncio.sleep(random.uniform(wait_seconds / 2, wait_seconds))  # noqa: S311 - spread, no secret

    def failures(self) -> list[str]:
        """What is wrong, a line each."""
        found = []
        if self._fault is not None:
            reason, since = self._fault
            found.append(f"fleet: {reason}, since {rfc3339(since)}; what is due is sent when it is back")
        else:
            found += [f"fleet: {reason}" for reason in self._denied]
        if self._too_large is not None:
            found.append(f"fleet: {self._too_large}")
        if self._progress.fault is not None:
            found.append(f"fleet: how far the bus has got cannot be kept: {self._progress.fault}")
        return found

    def statistics(self) -> FleetReport:
        return FleetReport(
            connected=int(self._connected),
            connections_total=self._connections,
            published_samples_total=self._published,
            repeated_samples_total=self._repeated,
            lost_samples_total=self._lost,
            waiting_samples=self._waiting(),
            acknowledge_seconds=self._acknowledge_seconds,
        )

    async def _serve(self) -> None:
        """Publishes over one connection until it is lost, which raises BusError."""
        if self._machine is None:
            self._machine = await self._on_disk(self._identify)
        async with connected(self._bus, f"zeropoint {self._machine.id[:8]}", MACHINE_INBOX) as link:
            self._denied = link.denied
            most = (await ensure_stream(link.stream)).config.max_msg_size or 0
            self._largest_bytes = min(LARGEST_SAMPLE_BYTES, most if most > 0 else LARGEST_SAMPLE_BYTES) - HEADERS_BYTES
            await self._find_place(link, self._machine)
            await Answering(self._machine.id, self._answer).listen(link)
            self._connections += 1
            self._connected = True
            while not link.lost.is_set():
                replay = await self._due()
                if replay.frames:
                    await self._publish(link, self._machine, replay)
                else:
                    self._works()
                    await self._wait(link, self._machine)
            raise BusError(f"{self._bus.name}: the connection was lost")

    async def _find_place(self, link: Link, machine: Machine) -> None:
        """Finds up to where the bus has everything. What the stream itself has is what counts: acknowledgements may
        have been lost with the connection, and the newest samples with a bus that lost its power."""
        self._progress.sent = await last_stored(link.stream, machine.id) or self._progress.sent
        await self._progress.recall()
        oldest = next(iter(self._feed.ring.frames()), None)
        if self._progress.sent is None and oldest is not None:
            epoch, sequence = place_of(oldest.id)
            self._progress.sent = f"{epoch}-{sequence - 1}"
        # Kept before anything is sent: the next start is to send what this one does not get to.
        await self._progress.keep(now=True)

    async def _due(self) -> Replay:
        assert self._progress.sent is not None  # noqa: S101 - the first sample is taken before anything is published
        return await self._feed.after(self._progress.sent, WINDOW_SAMPLES)

    async def _wait(self, link: Link, machine: Machine) -> None:
        try:
            async with asyncio.timeout(ALIVE_SECONDS):
                await self._feed.next_sample()
        except TimeoutError:
            await link.client.publish(alive_of(machine.id))

    async def _publish(self, link: Link, machine: Machine, replay: Replay) -> None:
        """Sends the first samples of `replay`, and waits until the bus has stored them."""
        began = time.monotonic()
        largest_bytes = min(self._largest_bytes, link.client.max_payload - HEADERS_BYTES)
        window = window_of(replay, machine, largest_bytes, self._over)
        if not window.messages:
            # All of them are too large: without this the machine would be taken for silent.
            await link.client.publish(alive_of(machine.id))
        sent = [
            await link.stream.publish_async(
                samples_of(machine.id), message.payload, stream=STREAM, headers=message.headers
            )
            for message in window.messages
        ]
        async with asyncio.timeout(ACKNOWLEDGE_SECONDS):
            answers = await asyncio.gather(*sent, return_exceptions=True)
        for message, answer in zip(window.messages, answers, strict=True):
            if isinstance(answer, BaseException):
                raise answer
            self._progress.sent = message.id
            self._lost += message.lost
            self._published += not answer.duplicate
            self._repeated += bool(answer.duplicate)
        self._progress.sent, self._over = window.last_id, window.passed_over
        self._lost += window.lost
        self._too_large = (
            f"samples of {window.passed_bytes / 1024:.0f} KiB are larger than the bus takes, "
            f"which is {largest_bytes / 1024:.0f} KiB; they are not sent"
            if window.passed_bytes is not None
            else None
        )
        self._acknowledge_seconds = round(time.monotonic() - began, 6)
        await self._progress.keep()

    def _waiting(self) -> int | None:
        """How many samples of this start the bus does not have yet; None where that is not known."""
        newest = self._feed.ring.newest
        if newest is None or self._progress.sent is None:
            return None
        epoch, sequence = place_of(self._progress.sent)
        newest_epoch, newest_sequence = place_of(newest.id)
        return max(0, newest_sequence - (sequence if epoch == newest_epoch else 0))

    def _fails(self, reason: str) -> None:
        if self._fault is None or self._fault[0] != reason:
            log.warning("nothing is published", reason=reason)
        self._fault = (reason, self._fault[1] if self._fault else time.time())

    def _works(self) -> None:
        if self._fault is not None:
            log.info("samples are published again", bus=self._bus.name)
            self._fault = None
