"""Publishes this machine's samples on the bus: each once, in order, those that it missed while it was away afterwards.

It reads the feed as a client does that comes back: what is due is what came after the last sample that the bus has, out
of memory or, where that does not reach so far back, out of the journal. So it has no buffer of its own, and never holds
a sample up. What neither has any more is told as gaps, with the next sample.
"""

import asyncio
import random
import time
from collections.abc import Callable
from importlib import metadata

import msgspec
import structlog
from nats.js.api import PubAck

from zeropoint.feed.archive import position as place_of
from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.feed.frames import Frame
from zeropoint.feed.ring import Replay
from zeropoint.fleet.answering import Answer, Answering
from zeropoint.fleet.connection import Bus, BusError, Link, connected
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.names import (
    CONTRACT,
    GAPS,
    MACHINE_INBOX,
    MESSAGE_ID,
    STREAM,
    VERSION,
    alive_of,
    message_id,
    samples_of,
)
from zeropoint.fleet.on_disk import OnDisk
from zeropoint.fleet.position import Position
from zeropoint.fleet.stream import LARGEST_SAMPLE_BYTES, ensure_stream, last_stored
from zeropoint.model import CONTRACT_VERSION, FleetReport, Gap
from zeropoint.texts import rfc3339

log = structlog.get_logger()
# How many samples wait for their acknowledgements at a time, and how many bytes they may have.
WINDOW_SAMPLES = 64
WINDOW_BYTES = 4 * 1024 * 1024
HEADERS_BYTES = 4096
ACKNOWLEDGE_SECONDS = 5.0
# How often a machine that has no sample to send tells that it lives.
ALIVE_SECONDS = 1.5
KEEP_SECONDS = 5.0
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
        self._position = position
        self._on_disk = disk
        self._answer = answer
        self._machine: Machine | None = None
        self._sent: str | None = None
        self._kept_at = float("-inf")
        self._dropped: tuple[str, int] | None = None
        self._fault: tuple[str, float] | None = None
        self._unkept: str | None = None
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
                self._fails(str(error) if isinstance(error, BusError) else f"its files cannot be used: {_words(error)}")
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
        if self._unkept is not None:
            found.append(f"fleet: how far the bus has got cannot be kept: {self._unkept}")
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
            await ensure_stream(link.stream)
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
        self._sent = await last_stored(link.stream, machine.id) or self._sent
        if self._sent is None:
            self._sent = await self._on_disk(self._position.read)
        oldest = next(iter(self._feed.ring.frames()), None)
        if self._sent is None and oldest is not None:
            epoch, sequence = place_of(oldest.id)
            self._sent = f"{epoch}-{sequence - 1}"
        # Kept before anything is sent: the next start is to send what this one does not get to.
        await self._keep(now=True)

    async def _due(self) -> Replay:
        assert self._sent is not None  # noqa: S101 - the first sample is taken before anything is published
        return await self._feed.after(self._sent, WINDOW_SAMPLES)

    async def _wait(self, link: Link, machine: Machine) -> None:
        try:
            async with asyncio.timeout(ALIVE_SECONDS):
                await self._feed.next_sample()
        except TimeoutError:
            await link.client.publish(alive_of(machine.id))

    async def _publish(self, link: Link, machine: Machine, replay: Replay) -> None:
        """Sends the first samples of `replay`, and waits until the bus has stored them."""
        began, window, size = time.monotonic(), list[tuple[Frame, asyncio.Future[PubAck]]](), 0
        gap = replay.gap
        for frame in replay.frames[:WINDOW_SAMPLES]:
            payload = with_machine(frame.payload, machine)
            if len(payload) > min(LARGEST_SAMPLE_BYTES, link.client.max_payload) - HEADERS_BYTES:
                if window:
                    break
                self._drop(frame)
                continue
            headers = self._headers(machine, frame, gap)
            sent = await link.stream.publish_async(samples_of(machine.id), payload, stream=STREAM, headers=headers)
            window.append((frame, sent))
            gap, size = None, size + len(payload)
            if size >= WINDOW_BYTES:
                break
        async with asyncio.timeout(ACKNOWLEDGE_SECONDS):
            answers = await asyncio.gather(*(sent for _, sent in window), return_exceptions=True)
        for (frame, _), answer in zip(window, answers, strict=True):
            if isinstance(answer, BaseException):
                raise answer
            self._acknowledged(frame, replay.gap, is_repeated=bool(answer.duplicate))
        self._acknowledge_seconds = round(time.monotonic() - began, 6)
        await self._keep()

    def _headers(self, machine: Machine, frame: Frame, gap: Gap | None) -> dict[str, str]:
        gaps = [one for one in (gap, frame.gap) if one is not None]
        if self._dropped is not None:
            since, lost = self._dropped
            gaps.append(Gap(since=since, until=frame.id, lost=lost, reason="beyond-replay"))
            self._dropped = None
        headers = {
            MESSAGE_ID: message_id(machine.id, frame.id),
            VERSION: metadata.version("zeropoint"),
            CONTRACT: str(CONTRACT_VERSION),
        }
        return {**headers, GAPS: msgspec.json.encode(gaps).decode()} if gaps else headers

    def _drop(self, frame: Frame) -> None:
        """Passes over a sample that is larger than the bus takes; the next one tells of it."""
        since, lost = self._dropped or (self._sent or "", 0)
        self._dropped = (since, lost + 1)
        self._sent = frame.id
        self._lost += 1
        log.warning("a sample is larger than the bus takes", id=frame.id, bytes=len(frame.payload))

    def _acknowledged(self, frame: Frame, gap: Gap | None, *, is_repeated: bool) -> None:
        if gap is not None and gap.until == frame.id:
            self._lost += gap.lost or 0
        self._sent = frame.id
        self._published += not is_repeated
        self._repeated += is_repeated

    async def _keep(self, *, now: bool = False) -> None:
        """Writes down the last sample that the bus has, now and then. A disk that fails holds nothing up."""
        sent = self._sent
        if sent is None or (not now and time.monotonic() - self._kept_at < KEEP_SECONDS):
            return
        self._kept_at = time.monotonic()
        try:
            await self._on_disk(lambda: self._position.write(sent))
            self._unkept = None
        except (OSError, TimeoutError) as error:
            self._unkept = _words(error)

    def _waiting(self) -> int | None:
        """How many samples of this start the bus does not have yet; None where that is not known."""
        newest = self._feed.ring.newest
        if newest is None or self._sent is None:
            return None
        epoch, sequence = place_of(self._sent)
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


def with_machine(payload: bytes, machine: Machine) -> bytes:
    """The JSON of a sample with whose it is as its first member; all else stays as it was encoded."""
    return b'{"host":%b,%b' % (msgspec.json.encode(machine), payload[1:])


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or "the disk does not answer")
