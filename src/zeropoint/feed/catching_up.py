"""Readers that come back: they are sent what they missed out of the archive, then out of the ring.

Nobody waits for them. All is written in pieces, each when the one before is with the kernel. Of the archive a few
readers at a time hold a batch, and none longer than its turn lasts: what it did not take by then is read again later.
Of the ring nothing is held. So one that stalls holds up nobody, and memory stays bounded whatever they do.
"""

import asyncio
import time
from collections.abc import Callable
from itertools import islice

import structlog

from zeropoint.feed.archive import FrameArchive
from zeropoint.feed.frames import Frame, Wire, event
from zeropoint.feed.pieces import REQUEST_SAMPLES, pieces
from zeropoint.feed.ring import ID, Replay, Ring
from zeropoint.feed.subscriber import Subscriber
from zeropoint.model import Gap

log = structlog.get_logger()
# A minute at one sample a second, which is what the archive unpacks at once.
BATCH_ROWS = 60
READERS = 8
TURN_SECONDS = 2.0
# Readers of narrowed samples that are served at a time, each with a piece in a round of the event loop. One after the
# other: all at once, each would fall behind the present while the others are served.
NARROWED_TOGETHER = 2
# What was narrowed for one of them serves those that come back from the same place, as all do after a restart.
KEPT_BYTES = 4 * 1024 * 1024


class CatchingUp:
    """`members` are the subscribers that are being brought up; they get no live frames until they are."""

    def __init__(self, ring: Ring, archive: FrameArchive | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.members: set[Subscriber] = set()
        self._ring = ring
        self._archive = archive
        self._clock = clock
        self._turns = asyncio.Semaphore(READERS)
        self._narrowing = asyncio.Semaphore(NARROWED_TOGETHER)
        self._reading = asyncio.Lock()
        # After a restart all come back with the same id: they share what was read.
        self._batches: dict[tuple[str, int], list[Replay]] = {}
        self._kept: dict[tuple[Wire, str, str], bytes] = {}
        self._kept_bytes = 0
        self._failing = False

    def covers(self, id: str) -> bool:
        """Whether the archive may have what came after this id, and the ring has not."""
        return self._archive is not None and ID.fullmatch(id) is not None and self._ring.after(id).gap is not None

    def is_far(self, id: str) -> bool:
        """Whether so much came after this id that it takes more than a piece to send it."""
        return self.covers(id) or len(_pieces_of(self._ring.after(id))) > 1

    async def bring_up(self, subscriber: Subscriber, since: str) -> Replay:
        """Sends what came after `since`, until a piece is left; answers with that. It ends without a wait, so that no
        sample comes between."""
        subscriber.sent_id = since
        self.members.add(subscriber)
        try:
            while self.is_far(subscriber.sent_id):
                await subscriber.writable()
                replay = await self._send_archived(subscriber, subscriber.sent_id)
                if replay is None:
                    continue
                if len(_pieces_of(replay)) <= 1:
                    return replay
                await self._send(subscriber, replay.gap, replay.frames)
            return self._ring.after(subscriber.sent_id)
        finally:
            self.members.discard(subscriber)
            if not self.members:
                self._batches.clear()
                self._forget()

    async def after(self, id: str, limit: int) -> Replay:
        """What came after `id`, up to the next hole, for a poller: out of the ring or, where it has not all of that,
        at most `limit` samples of the archive."""
        if not self.covers(id):
            return self._ring.after(id)
        batch = await self._after(id, limit)
        if not self.members:
            self._batches.clear()
        return batch if isinstance(batch, Replay) else batch[0]

    async def _after(self, id: str, limit: int) -> list[Replay] | Replay:
        """The archive's next runs after `id`; or, where it has none, what the ring has."""
        async with self._reading:
            if kept := self._batches.get((id, limit)):
                return kept
            assert self._archive is not None  # noqa: S101 - else nobody is behind
            try:
                found = await self._archive(id, limit)
            except Exception as error:  # noqa: BLE001 - whatever it is, the stream goes on with what is in memory
                if not self._failing:
                    log.warning("older samples cannot be read", error=type(error).__name__)
                self._failing = True
                return self._ring.after(id)
            self._failing = False
            if found.runs:
                if len(self._batches) >= READERS:
                    del self._batches[next(iter(self._batches))]
                self._batches[id, limit] = found.runs
                return found.runs
        # It knows the id, and of nothing after it: all that the ring has of another epoch follows.
        return self._ring.following(id) if found.is_known else self._ring.after(id)

    async def _send_archived(self, subscriber: Subscriber, since: str) -> Replay | None:
        """Sends what the archive has next, as much of it as is taken within a turn. Where it is not needed, or has
        nothing, sends nothing and answers with what the ring has."""
        if not self.covers(since):
            return self._ring.after(since)
        async with self._turns:
            batch = await self._after(since, BATCH_ROWS)
            if isinstance(batch, Replay):
                return batch
            try:
                async with asyncio.timeout(TURN_SECONDS):
                    for replay in batch:
                        gap, frames = replay.gap, replay.frames
                        while frames:
                            sent = await self._send(subscriber, gap, frames)
                            gap, frames = None if sent else gap, frames[sent:]
                            await subscriber.writable()
            except TimeoutError:
                pass
        return None

    async def _send(self, subscriber: Subscriber, gap: Gap | None, frames: list[Frame]) -> int:
        """Sends the gap and as many of the frames as are taken without a wait, a piece in each round of the event loop;
        answers with their number."""
        if not subscriber.wire.view.sections:
            return await self._send_in_turn(subscriber, gap, frames)
        async with self._narrowing:
            return await self._send_in_turn(subscriber, gap, frames)

    async def _send_in_turn(self, subscriber: Subscriber, gap: Gap | None, frames: list[Frame]) -> int:
        sent = 0
        for piece in pieces(frames):
            if subscriber.paused:
                break
            self._write(subscriber, gap, piece)
            gap, sent = None, sent + len(piece)
            await asyncio.sleep(0)
        return sent

    def _write(self, subscriber: Subscriber, gap: Gap | None, piece: list[Frame]) -> None:
        wire = subscriber.wire
        told = b"" if gap is None else wire.framed(event("gap", gap))
        subscriber.transport.write(told + self._encoded(wire, piece))
        subscriber.sent_id, subscriber.spoke_at = piece[-1].id, self._clock()
        if wire.view.sections:
            subscriber.charge(len(piece) / REQUEST_SAMPLES)

    def _encoded(self, wire: Wire, piece: list[Frame]) -> bytes:
        key = (wire, piece[0].id, piece[-1].id)
        found = self._kept.get(key)
        if found is None:
            found = b"".join([frame.event(wire) for frame in piece])
            if wire.view.sections:
                if self._kept_bytes + len(found) > KEPT_BYTES:
                    self._forget()
                self._kept[key] = found
                self._kept_bytes += len(found)
        return found

    def _forget(self) -> None:
        self._kept.clear()
        self._kept_bytes = 0


def _pieces_of(replay: Replay) -> list[list[Frame]]:
    """The first two of them, which is all that anybody asks for."""
    return list(islice(pieces(replay.frames), 2))
