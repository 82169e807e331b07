"""The feeds of a hub: one of all machines, and one of each machine that somebody reads.

They are feeds as that of one machine is; ids are places in the stream, so that a reader can go on at any hub. What is
older than memory comes out of the stream.
"""

import time
from collections.abc import Callable, Iterator

import msgspec

from zeropoint.feed.broadcaster import Broadcaster, Statistics
from zeropoint.feed.frames import Frame, event
from zeropoint.feed.ring import Ring
from zeropoint.fleet.archive import archive_of, gap_of
from zeropoint.fleet.checking import Arrival
from zeropoint.fleet.connection import Link
from zeropoint.fleet.machines import Known, State
from zeropoint.fleet.message import event_id
from zeropoint.fleet.names import ALL_SAMPLES, EPOCH, samples_of
from zeropoint.texts import rfc3339

# A feed of one machine has what a reader needs that was gone for a moment; all else is in the stream.
MACHINE_FRAMES, MACHINE_BYTES = 60, 2 * 1024 * 1024
# Machines can be silent, a hub's stream is not: a client calls one dead after 5 s.
HEARTBEAT_SECONDS = 2.0
USUAL_INTERVAL_SECONDS = 1.0
# How long the feed of one machine is kept that nobody reads.
IDLE_SECONDS = 60.0


class _Feed:
    """The feed of one machine, and when it was last asked for."""

    def __init__(self, broadcaster: Broadcaster, used_at: float) -> None:
        self.broadcaster = broadcaster
        self.used_at = used_at


class Feeds:
    """`link` is the connection to the bus, None while it is away."""

    def __init__(
        self,
        max_subscribers: int,
        link: Callable[[], Link | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_subscribers = max_subscribers
        self._link = link
        self._clock = clock
        self._machines: dict[str, _Feed] = {}
        self._gone = Counts()
        self.all = self._all()

    def relay(self, arrival: Arrival, known: Known) -> None:
        """Sends a sample that came over the bus to who reads all, and to who reads its machine."""
        message, gap = arrival.message, gap_of(arrival, known.previous)
        self.all.relay(Frame(message.sequence, message.id, message.payload, gap))
        feed = self._machines.get(known.machine.id)
        if feed is not None:
            feed.broadcaster.interval_seconds = known.interval_seconds
            feed.broadcaster.relay(Frame(message.sequence, message.id, message.payload, gap))

    def of(self, known: Known) -> Broadcaster:
        """The feed of one machine."""
        id = known.machine.id
        feed = self._machines.get(id)
        if feed is None:
            feed = self._machines[id] = _Feed(self._machine(known), self._clock())
        feed.used_at = self._clock()
        return feed.broadcaster

    def tell(self, known: Known, state: State) -> None:
        """Tells readers that a machine's state has changed."""
        content = event("machine", state_of(known, state))
        self.all.tell(content)
        if feed := self._machines.get(known.machine.id):
            feed.broadcaster.tell(content)

    def look_after(self) -> None:
        """Heartbeats, stalled readers, feeds that nobody reads: to be called each second."""
        for broadcaster in self:
            broadcaster.look_after()
        idle_before = self._clock() - IDLE_SECONDS
        for id, feed in list(self._machines.items()):
            if feed.broadcaster.statistics().clients:
                feed.used_at = self._clock()
            elif feed.used_at < idle_before:
                self._gone.add(self._machines.pop(id).broadcaster.statistics())

    def restart(self, reason: str) -> None:
        """Says goodbye to all readers: the ids of the stream mean something else from now on."""
        for broadcaster in self:
            broadcaster.close(reason)
            self._gone.add(broadcaster.statistics())
        self._machines.clear()
        self.all = self._all()

    def close(self, reason: str) -> None:
        for broadcaster in self:
            broadcaster.close(reason)

    def end_unentitled(self, reason: str) -> None:
        for broadcaster in self:
            broadcaster.end_unentitled(reason)

    def statistics(self) -> Statistics:
        """Of all feeds together; views are those of the largest."""
        found = [broadcaster.statistics() for broadcaster in self]
        return Statistics(
            clients=sum(one.clients for one in found),
            queue_size=sum(one.queue_size for one in found),
            dropped_total=self._gone.dropped + sum(one.dropped_total for one in found),
            stalled_total=self._gone.stalled + sum(one.stalled_total for one in found),
            views=max(one.views for one in found),
            catching_up=sum(one.catching_up for one in found),
            replay_frames=sum(one.replay_frames for one in found),
            replay_bytes=sum(one.replay_bytes for one in found),
        )

    def __iter__(self) -> Iterator[Broadcaster]:
        yield self.all
        yield from [feed.broadcaster for feed in self._machines.values()]

    def _all(self) -> Broadcaster:
        return self._broadcaster(Ring(EPOCH), ALL_SAMPLES, USUAL_INTERVAL_SECONDS)

    def _machine(self, known: Known) -> Broadcaster:
        ring = Ring(EPOCH, MACHINE_FRAMES, MACHINE_BYTES, is_sparse=True)
        ring.add(Frame(known.sequence, event_id(known.sequence), known.payload, None))
        return self._broadcaster(ring, samples_of(known.machine.id), known.interval_seconds)

    def _broadcaster(self, ring: Ring, subject: str, interval_seconds: float) -> Broadcaster:
        broadcaster: Broadcaster

        def elsewhere() -> int:
            return sum(one.statistics().clients for one in self if one is not broadcaster)

        broadcaster = Broadcaster(
            ring,
            interval_seconds,
            self._max_subscribers,
            msgspec.json.encode,
            self._clock,
            frames=archive_of(subject, self._link),
            heartbeat_seconds=HEARTBEAT_SECONDS,
            elsewhere=elsewhere,
            # A machine that was away comes back with a minute of samples at once.
            brings_up_slow=True,
        )
        return broadcaster


class Counts:
    """What was counted in feeds that are no more."""

    def __init__(self) -> None:
        self.dropped = self.stalled = 0

    def add(self, statistics: Statistics) -> None:
        self.dropped += statistics.dropped_total
        self.stalled += statistics.stalled_total


class MachineState(msgspec.Struct, frozen=True):
    """Event `machine`: the state of one has changed."""

    id: str
    name: str
    status: State
    last_seen: str


def state_of(known: Known, state: State) -> MachineState:
    return MachineState(known.machine.id, known.machine.name, state, rfc3339(known.time_ms / 1000))
