"""Readers that are further behind than the ring reaches: they are brought up to it out of the archive.

Nobody waits for them. A batch is read and written in pieces, each when the one before is with the kernel. A few readers
at a time hold a batch, and none longer than its turn lasts: what it did not take by then is read again later. So one
that stalls holds up nobody, and memory stays bounded whatever they do.
"""

import asyncio
import time
from collections.abc import Callable, Iterator

import structlog

from zeropoint.feed.archive import FrameArchive
from zeropoint.feed.frames import Wire, event
from zeropoint.feed.ring import ID, Replay, Ring
from zeropoint.feed.subscriber import Subscriber

log = structlog.get_logger()
# A minute at one sample a second, which is what the archive unpacks at once.
BATCH_ROWS = 60
PIECE_BYTES = 64 * 1024
READERS = 8
TURN_SECONDS = 2.0


class CatchingUp:
    """`members` are the subscribers that are being brought up; they get no live frames until they are."""

    def __init__(self, ring: Ring, archive: FrameArchive | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.members: set[Subscriber] = set()
        self._ring = ring
        self._archive = archive
        self._clock = clock
        self._turns = asyncio.Semaphore(READERS)
        self._reading = asyncio.Lock()
        # After a restart all come back with the same id: they share what was read.
        self._batches: dict[tuple[str, int], list[Replay]] = {}
        self._failing = False

    def covers(self, id: str) -> bool:
        """Whether the archive may have what came after this id, and the ring has not."""
        return self._archive is not None and ID.fullmatch(id) is not None and self._ring.after(id).gap is not None

    async def bring_up(self, subscriber: Subscriber, since: str) -> Replay:
        """Sends what came after `since`, until the ring has all that follows; answers with that. It ends without a
        wait, so that no sample comes between."""
        subscriber.sent_id = since
        self.members.add(subscriber)
        try:
            while self.covers(subscriber.sent_id):
                await subscriber.writable()
                async with self._turns:
                    batch = await self._after(subscriber.sent_id, BATCH_ROWS)
                    if isinstance(batch, Replay):
                        return batch
                    await self._send(subscriber, batch)
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
        async with self._turns:
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

    async def _send(self, subscriber: Subscriber, batch: list[Replay]) -> None:
        """As much of the batch as is taken within a turn."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                for content, last_id in _pieces(batch, subscriber.wire):
                    subscriber.transport.write(content)
                    subscriber.sent_id, subscriber.spoke_at = last_id, self._clock()
                    await subscriber.writable()
        except TimeoutError:
            return


def _pieces(batch: list[Replay], wire: Wire) -> Iterator[tuple[bytes, str]]:
    """The bytes of whole frames, some PIECE_BYTES at a time, and the id of the last frame in them."""
    parts: list[bytes] = []
    size, last_id = 0, ""
    for replay in batch:
        if replay.gap is not None:
            parts.append(wire.framed(event("gap", replay.gap)))
        for frame in replay.frames:
            parts.append(frame.event(wire))
            size, last_id = size + len(parts[-1]), frame.id
            if size >= PIECE_BYTES:
                yield b"".join(parts), last_id
                parts, size = [], 0
    if parts:
        yield b"".join(parts), last_id
