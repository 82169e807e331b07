"""Fan-out of the feed: each frame, encoded once a view, goes straight to every subscriber's transport.

Nothing here waits. A subscriber is slow from the moment its transport could not hand all bytes to the kernel until it
has: its frames wait, a bounded number of them, then the oldest are dropped and told in a gap event; after STALL_SECONDS
its connection is aborted.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import structlog
from msgspec import Struct

from zeropoint.feed.archive import Archive, FrameArchive, frames_of
from zeropoint.feed.catching_up import CatchingUp
from zeropoint.feed.frames import Frame, Wire, event, retry
from zeropoint.feed.pacing import Pacing
from zeropoint.feed.ring import Replay, Ring
from zeropoint.feed.subscriber import QUEUE_FRAMES, Group, Subscriber
from zeropoint.feed.view import View
from zeropoint.model import CONTRACT_VERSION, Gap, GapReason, Hello, Sample
from zeropoint.texts import rfc3339

log = structlog.get_logger()
BATCH_BYTES = 64 * 1024
STALL_SECONDS = 30.0
HEARTBEAT_SECONDS = 10.0
# A client may call a stream dead after 5 s; who waits for its turn to catch up is told sooner that it is not.
CATCHING_UP_HEARTBEAT_SECONDS = 2.0
MAX_VIEWS = 64
MAX_PUBLIC_VIEWS = 32
RETRY_BASE_MS = 1000
RETRY_PER_SUBSCRIBER_MS = 5
RETRY_MAX_MS = 30_000
# Fewer than this come back within half a second whatever they are told.
RETRY_CROWD = 100
# How long a goodbye may take to leave before the connection is cut.
GOODBYE_SECONDS = 1.0


class FeedFullError(Exception):
    """There is no room for another subscriber or another view. `retry_ms` is when to try again."""

    def __init__(self, message: str, retry_ms: int) -> None:
        super().__init__(message)
        self.retry_ms = retry_ms


class Statistics(Struct, frozen=True):
    clients: int
    queue_size: int
    dropped_total: int
    stalled_total: int
    views: int
    catching_up: int
    replay_frames: int
    replay_bytes: int


class Broadcaster:
    """Owns the ring and the subscribers. `archive`, or `frames`, has the samples that the ring has no more; `elsewhere`
    tells how many subscribers other feeds of the same server have. With `brings_up_slow` nothing is dropped for a slow
    subscriber: it goes on as one that comes back, which is for feeds that come in bursts.
    """

    def __init__(
        self,
        ring: Ring,
        interval_seconds: float,
        max_subscribers: int,
        encode: Callable[[Sample], bytes],
        clock: Callable[[], float] = time.monotonic,
        *,
        archive: Archive | None = None,
        frames: FrameArchive | None = None,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        elsewhere: Callable[[], int] = lambda: 0,
        brings_up_slow: bool = False,
    ) -> None:
        self.ring = ring
        self.newest_sample: Sample | None = None
        self.interval_seconds = interval_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._elsewhere = elsewhere
        self._brings_up_slow = brings_up_slow
        self._max_subscribers = max_subscribers
        self._encode = encode
        self._clock = clock
        self._groups: dict[Wire, Group] = {}
        self._slow: set[Subscriber] = set()
        self._catching_up = CatchingUp(ring, frames or (frames_of(archive) if archive else None), clock)
        self._next = asyncio.Event()
        self._spoke_at = clock()
        self._dropped = 0
        self._stalled = 0
        self._clients = 0
        # For how many subscribers the waits were drawn that they all have at least.
        self._spread_over = RETRY_CROWD
        self._closed = False

    # --- what the sampler calls

    def publish(self, sample: Sample, missed: int) -> None:
        """Sends a sample to everybody. `missed` ticks stand before it."""
        self.newest_sample = sample
        self._send(self.ring.append(sample, missed, self._encode))

    def relay(self, frame: Frame) -> None:
        """Sends what was encoded elsewhere."""
        self.ring.add(frame)
        self._send(frame)

    def tell(self, content: bytes) -> None:
        """Sends an event that is no sample, and that nobody is told again, to all that keep up."""
        for wire, group in self._groups.items():
            framed = wire.framed(content)
            for transport in tuple(group.quick):
                with suppress(RuntimeError):  # it is closing
                    transport.write(framed)

    def _send(self, frame: Frame) -> None:
        self._spoke_at = self._clock()
        # A copy: who has too many waiting may leave the set.
        for subscriber in tuple(self._slow):
            self._hold(subscriber, frame)
        for wire, group in self._groups.items():
            content = frame.event(wire)
            # A copy: who can't take all of it at once leaves the dict meanwhile.
            for transport in tuple(group.quick):
                try:
                    transport.write(content)
                except RuntimeError:  # it is closing
                    continue
        self._next.set()
        self._next = asyncio.Event()

    # --- what the server calls

    def subscribe(self, transport: asyncio.Transport, view: View, chunked: bool, last_id: str | None) -> Subscriber:
        """Adds a subscriber, greets it, and sends the newest sample or, given the last id it saw, what came after.

        The caller asks `check_room` before, and awaits the subscriber's `ended` after.
        """
        wire = Wire(view, chunked)
        subscriber = Subscriber(transport, wire, asyncio.get_running_loop().create_future())
        group = self._groups.setdefault(wire, Group())
        group.members.add(subscriber)
        group.quick[transport] = subscriber
        self._clients += 1
        self._pace(subscriber)
        transport.write(wire.framed(retry(self.draw_retry_ms()) + event("hello", self._hello())))
        newest = self.ring.newest
        if newest is not None and last_id is None:
            transport.write(newest.event(wire))
        elif last_id is not None and self._catching_up.is_far(last_id):
            del group.quick[transport]
            subscriber.spoke_at = self._clock()
            subscriber.catching_up = asyncio.create_task(self._bring_up(subscriber, last_id))
        elif last_id is not None:
            self._resume(subscriber, self.ring.after(last_id), last_id)
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Removes a subscriber; without effect when it is gone already."""
        if subscriber.catching_up is not None:
            subscriber.catching_up.cancel()
        group = self._groups.get(subscriber.wire)
        if group is not None and subscriber in group.members:
            group.members.remove(subscriber)
            group.quick.pop(subscriber.transport, None)
            self._slow.discard(subscriber)
            self._clients -= 1
            if not group.members:
                del self._groups[subscriber.wire]
        if not subscriber.ended.done():
            subscriber.ended.set_result(None)

    def check_room(self, view: View, *, is_common: bool = False) -> None:
        """Raises FeedFullError when a subscriber of this view would be one too many; nobody is evicted for it. There is
        always room for a common view."""
        if self._closed:
            raise FeedFullError("the server is stopping", self.draw_retry_ms())
        if self._clients + self._elsewhere() >= self._max_subscribers:
            raise FeedFullError(f"all {self._max_subscribers} places for subscribers are taken", self.draw_retry_ms())
        views = {wire.view for wire in self._groups}
        if is_common or view in views:
            return
        if len(views) >= MAX_VIEWS:
            raise FeedFullError(f"all {MAX_VIEWS} different views are taken", self.draw_retry_ms())
        # Whoever has no token can't take the views from those who have one.
        if view.public and sum(one.public for one in views) >= MAX_PUBLIC_VIEWS:
            raise FeedFullError(f"all {MAX_PUBLIC_VIEWS} different public views are taken", self.draw_retry_ms())

    def draw_retry_ms(self) -> int:
        """A wait before reconnecting, spread the wider the more subscribers there are."""
        widest = min(RETRY_MAX_MS, RETRY_BASE_MS + RETRY_PER_SUBSCRIBER_MS * self._clients)
        return random.randint(RETRY_BASE_MS, widest)  # noqa: S311 - spread, no secret

    async def after(self, id: str, limit: int) -> Replay:
        """What came after `id`, up to the next hole. At most `limit` of it where memory does not reach so far back."""
        return await self._catching_up.after(id, limit)

    async def next_sample(self) -> None:
        """Returns when the next sample is there."""
        await self._next.wait()

    def close(self, reason: str) -> None:
        """Says goodbye to all and ends their streams; cuts off those that do not take it within GOODBYE_SECONDS."""
        self._closed = True
        leaving = self._subscribers()
        self._dismiss(leaving, reason)
        self._next.set()
        if leaving:
            asyncio.get_running_loop().call_later(GOODBYE_SECONDS, _cut_off_stuck, leaving)

    def end_unentitled(self, reason: str) -> None:
        """Ends the streams of those that may no longer read."""
        self._dismiss([subscriber for subscriber in self._subscribers() if not subscriber.holds()], reason)

    def statistics(self) -> Statistics:
        waiting = sum(len(subscriber.waiting) for subscriber in self._slow)
        views = len({wire.view for wire in self._groups})
        ring = self.ring.statistics()
        return Statistics(
            clients=self._clients,
            queue_size=waiting,
            dropped_total=self._dropped,
            stalled_total=self._stalled,
            views=views,
            catching_up=len(self._catching_up.members),
            replay_frames=ring["frames"],
            replay_bytes=ring["bytes"],
        )

    async def run(self) -> None:
        """Looks after its subscribers until it is cancelled."""
        while True:
            await asyncio.sleep(1.0)
            self.look_after()

    def look_after(self) -> None:
        """Heartbeats, new waits, and the end of those that have stalled: to be called each second."""
        stuck = [one for one in self._catching_up.members if one.paused]
        for subscriber in (*self._slow, *stuck):
            if self._clock() - subscriber.slow_since >= STALL_SECONDS:
                # close() would wait for the buffer to drain, which is what it does not do.
                self._stalled += 1
                self._slow.discard(subscriber)
                subscriber.transport.abort()
        for subscriber in self._catching_up.members:
            if not subscriber.paused and self._clock() - subscriber.spoke_at >= CATCHING_UP_HEARTBEAT_SECONDS:
                subscriber.spoke_at = self._clock()
                with suppress(RuntimeError):  # it is closing
                    subscriber.transport.write(subscriber.wire.framed(_heartbeat()))
        if self._clock() - self._spoke_at >= self._heartbeat_seconds:
            self._spoke_at = self._clock()
            self.tell(_heartbeat())
        self._spread()

    # --- inside

    def _subscribers(self) -> list[Subscriber]:
        return [one for group in self._groups.values() for one in group.members]

    def _spread(self) -> None:
        """Draws a new wait for each subscriber whenever their number has doubled. A process that is killed says no
        goodbye: they come back by what they have, and most were greeted while there were few."""
        if self._clients >= 2 * self._spread_over:
            self._spread_over = self._clients
            for subscriber in self._subscribers():
                with suppress(RuntimeError):  # it is closing
                    subscriber.transport.write(subscriber.wire.framed(retry(self.draw_retry_ms())))
        elif 2 * self._clients < self._spread_over:
            self._spread_over = max(RETRY_CROWD, self._clients)

    def _dismiss(self, leaving: list[Subscriber], reason: str) -> None:
        # All waits are drawn before anybody has left: they spread over as many as will come back.
        goodbyes = [retry(self.draw_retry_ms()) + event("bye", {"reason": reason}) for _ in leaving]
        for subscriber, goodbye in zip(leaving, goodbyes, strict=True):
            if not subscriber.transport.is_closing():
                subscriber.transport.write(subscriber.wire.framed(goodbye))
            self.unsubscribe(subscriber)

    def _hello(self) -> Hello:
        newest = self.ring.newest
        return Hello(
            contract=CONTRACT_VERSION,
            epoch=self.ring.epoch,
            interval_seconds=self.interval_seconds,
            newest_id=newest.id if newest else None,
            server_time=rfc3339(time.time()),
        )

    def _pace(self, subscriber: Subscriber) -> None:
        """Lets the transport say when it is full: as soon as there is a byte that the kernel did not take."""

        def paused() -> None:
            subscriber.paused = True
            if subscriber.catching_up is not None:
                subscriber.slow_since = self._clock()
            elif subscriber not in self._slow and not subscriber.ended.done():
                self._slow_down(subscriber, self.ring.newest.id if self.ring.newest else None)

        def resumed() -> None:
            subscriber.paused = False
            if subscriber.drained is not None:
                subscriber.drained.set()
            self._serve(subscriber)

        transport = subscriber.transport
        server = transport.get_protocol()
        assert isinstance(server, asyncio.Protocol)  # noqa: S101 - a stream's transport has a stream's protocol
        transport.set_protocol(
            Pacing(server, paused=paused, resumed=resumed, lost=lambda: self.unsubscribe(subscriber))
        )
        transport.set_write_buffer_limits(high=1, low=0)

    async def _bring_up(self, subscriber: Subscriber, last_id: str) -> None:
        """Brings it up to the ring, and lets it join those that are sent each sample."""
        try:
            replay = await self._catching_up.bring_up(subscriber, last_id)
            subscriber.catching_up = None
            self._resume(subscriber, replay, subscriber.sent_id or last_id)
        except Exception:
            if not subscriber.transport.is_closing():
                log.exception("a reader cannot be brought up to the present")
            subscriber.transport.abort()

    def _resume(self, subscriber: Subscriber, replay: Replay, last_id: str) -> None:
        """Sends what the ring has after `last_id`, and from then on each sample."""
        if replay.gap is not None:
            subscriber.transport.write(subscriber.wire.framed(event("gap", replay.gap)))
        # One that was slow before is so for as long as nothing of what it was sent drains.
        slow_since = subscriber.slow_since if subscriber.paused else None
        self._slow_down(subscriber, replay.gap.since if replay.gap else last_id)
        subscriber.waiting.extend(replay.frames)
        subscriber.capacity = len(replay.frames) + QUEUE_FRAMES
        self._serve(subscriber)
        if slow_since is not None:
            subscriber.slow_since = slow_since

    def _slow_down(self, subscriber: Subscriber, sent_id: str | None) -> None:
        """From here on its frames wait; `sent_id` is the last that it was sent."""
        subscriber.sent_id = sent_id
        subscriber.slow_since = self._clock()
        self._groups[subscriber.wire].quick.pop(subscriber.transport, None)
        self._slow.add(subscriber)

    def _hold(self, subscriber: Subscriber, frame: Frame) -> None:
        subscriber.waiting.append(frame)
        if len(subscriber.waiting) <= subscriber.capacity:
            return
        if self._brings_up_slow and subscriber.sent_id is not None:
            subscriber.waiting.clear()
            self._slow.discard(subscriber)
            subscriber.catching_up = asyncio.create_task(self._bring_up(subscriber, subscriber.sent_id))
        else:
            dropped = subscriber.waiting.popleft()
            subscriber.lost += 1
            subscriber.missed += dropped.gap.lost or 0 if dropped.gap else 0
            self._dropped += 1

    def _serve(self, subscriber: Subscriber) -> None:
        """Sends what waits for a slow subscriber, a batch whenever the one before is with the kernel: memory stays
        bounded. One that has got all is slow no more."""
        if subscriber not in self._slow:
            return
        subscriber.slow_since = self._clock()
        while subscriber.waiting and not subscriber.paused:
            subscriber.transport.write(b"".join(self._owed(subscriber)))
        if not subscriber.paused:
            subscriber.capacity = QUEUE_FRAMES
            self._slow.discard(subscriber)
            self._groups[subscriber.wire].quick[subscriber.transport] = subscriber

    def _owed(self, subscriber: Subscriber) -> Iterator[bytes]:
        """The next batch: what was dropped, if any, as gaps, then waiting frames up to BATCH_BYTES.

        Ticks that a dropped frame told of are a gap of their own: they have no numbers, so that `lost` of the other one
        is the hole in the numbers.
        """
        lost: dict[GapReason, int] = {"slow-subscriber": subscriber.lost, "missed-ticks": subscriber.missed}
        subscriber.lost = subscriber.missed = 0
        for reason, count in lost.items():
            if count:
                gap = Gap(since=subscriber.sent_id, until=subscriber.waiting[0].id, lost=count, reason=reason)
                yield subscriber.wire.framed(event("gap", gap))
        size = 0
        while subscriber.waiting and size < BATCH_BYTES:
            frame = subscriber.waiting.popleft()
            subscriber.sent_id = frame.id
            content = frame.event(subscriber.wire)
            size += len(content)
            yield content


def _cut_off_stuck(leaving: list[Subscriber]) -> None:
    for subscriber in leaving:
        if subscriber.paused:
            # close() would wait for the buffer to drain.
            subscriber.transport.abort()


def _heartbeat() -> bytes:
    return event("heartbeat", {"server_time": rfc3339(time.time())})
