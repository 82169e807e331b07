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
from zeropoint.feed.frames import Frame, event
from zeropoint.feed.pieces import REQUEST_SAMPLES, pieces
from zeropoint.feed.ring import ID, Replay, Ring
from zeropoint.feed.subscriber import Subscriber
from zeropoint.model import Gap

log = structlog.get_logger()
# A minute at one sample a second, which is what the archive unpacks at once.
BATCH_ROWS = 60
READERS = 8
TURN_SECONDS = 2.0
# Pieces that are narrowed before all others have their turn.
NARROWED_TOGETHER = 2


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
                owed = _pieces_of(replay)
                if len(owed) <= 1:
                    return replay
                await self._write(subscriber, replay.gap, owed[0])
            return self._ring.after(subscriber.sent_id)
        finally:
            self.members.discard(subscriber)
            if not self.members:
                self._batches.clear()

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
                        gap = replay.gap
                        for piece in pieces(replay.frames):
                            await self._write(subscriber, gap, piece)
                            await subscriber.writable()
                            gap = None
            except TimeoutError:
                pass
        return None

    async def _write(self, subscriber: Subscriber, gap: Gap | None, piece: list[Frame]) -> None:
        """Writes a piece, and the gap before it. To narrow one counts as much as a poll that does, and is done for few
        in one round of the event loop."""
        if not subscriber.wire.view.sections:
            self._write_now(subscriber, gap, piece)
            return
        async with self._narrowing:
            self._write_now(subscriber, gap, piece)
            subscriber.charge(len(piece) / REQUEST_SAMPLES)
            await asyncio.sleep(0)

    def _write_now(self, subscriber: Subscriber, gap: Gap | None, piece: list[Frame]) -> None:
        wire = subscriber.wire
        told = [] if gap is None else [wire.framed(event("gap", gap))]
        subscriber.transport.write(b"".join([*told, *(frame.event(wire) for frame in piece)]))
        subscriber.sent_id, subscriber.spoke_at = piece[-1].id, self._clock()


def _pieces_of(replay: Replay) -> list[list[Frame]]:
    """The first two of them, which is all that anybody asks for."""
    return list(islice(pieces(replay.frames), 2))
