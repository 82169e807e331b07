"""The machines of a fleet as a hub knows them: the newest sample of each, and whether it is heard of.

Order is that of the stream and time that of the bus and of this process: what a machine believes to be the time plays
no part. All of it is bounded: the number of machines, and the size of what is kept of them.
"""

import time
from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from zeropoint.fleet.checking import Arrival
from zeropoint.fleet.clock import Reading, reading_of
from zeropoint.fleet.glance import Glance
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.stream import NEWEST_SECONDS
from zeropoint.fleet.summary import Summary, summary_of
from zeropoint.texts import parse_time

# A machine tells that it lives each 1.5 s, with a sample or without.
SILENT_SECONDS = 4.0
MOST_BYTES = 512 * 1024 * 1024

State = Literal["live", "silent", "unknown"]


class TooManyError(Exception):
    """There is no room for another machine, or for so large a sample. Its text is the reason, a line."""


class Known(Struct):
    """What is known of a machine by its newest sample. `time_ms` is when the bus stored that, `heard_at` when it came,
    by the monotonic clock, None where it was stored before; `previous` is the place of the one before in the stream;
    `clock` is None where the sample tells no time."""

    machine: Machine
    sequence: int
    previous: int | None
    sample_id: str
    payload: bytes
    time_ms: int
    heard_at: float | None
    interval_seconds: float
    version: str | None
    contract: int | None
    sample: Glance
    clock: Reading | None
    told: Summary | None = None

    @property
    def summary(self) -> Summary:
        """Made when it is first asked for: most samples are followed by the next one before anybody does."""
        if self.told is None:
            self.told = summary_of(self.sample)
        return self.told


class Machines:
    """`most` is the largest number of them. One is forgotten when the bus has nothing of it any more, after
    `age_seconds`; 0 is never."""

    def __init__(
        self, most: int, age_seconds: float = NEWEST_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self.age_seconds = age_seconds
        self._clock = clock
        self._known: dict[str, Known] = {}
        self._alive_at: dict[str, float] = {}
        self._states: dict[str, State] = {}
        self._bytes = 0
        self._newest_ms = 0
        # Since when the bus has been listened to without a break; None while it is away.
        self._listening_since: float | None = None

    def __iter__(self) -> Iterator[Known]:
        return iter(self._known.values())

    def __len__(self) -> int:
        return len(self._known)

    @property
    def size_bytes(self) -> int:
        """What the newest samples of all machines take."""
        return self._bytes

    def get(self, id: str) -> Known | None:
        return self._known.get(id)

    def find(self, name: str) -> list[Known]:
        """The machines of this name, or the one with this id."""
        known = self._known.get(name)
        return [known] if known else [one for one in self._known.values() if one.machine.name == name]

    def receive(self, arrival: Arrival, *, is_live: bool) -> Known:
        """Takes a machine's next sample; `is_live`: it was sent just now. One that is known already changes nothing.
        Raises TooManyError."""
        id, size = arrival.machine.id, len(arrival.message.payload)
        before = self._known.get(id)
        if before is not None and arrival.message.sequence <= before.sequence:
            return before
        total = self._bytes + size - (len(before.payload) if before else 0)
        if before is None and len(self._known) >= self._most:
            raise TooManyError(f"there are {self._most} machines already (setting max_machines)")
        if total > MOST_BYTES:
            raise TooManyError(f"the newest samples of all machines take {MOST_BYTES // 1024**2} MiB already")
        known = Known(
            machine=arrival.machine,
            sequence=arrival.message.sequence,
            previous=None if before is None else before.sequence,
            sample_id=arrival.sample.id,
            payload=arrival.message.payload,
            time_ms=arrival.message.time_ms,
            heard_at=self._clock() if is_live else None,
            interval_seconds=arrival.sample.interval_seconds,
            version=arrival.version,
            contract=arrival.contract,
            sample=arrival.sample,
            clock=_clock(arrival, before),
        )
        self._known[id], self._bytes = known, total
        self._newest_ms = max(self._newest_ms, known.time_ms)
        return known

    def alive(self, id: str) -> None:
        """Notes that a machine has told that it lives. One that has never sent a sample is not known by that."""
        if id in self._known:
            self._alive_at[id] = self._clock()

    def listening(self, is_listening: bool) -> None:
        """Notes whether the bus is listened to: while it is away nobody can be called silent."""
        if not is_listening:
            self._listening_since = None
        elif self._listening_since is None:
            self._listening_since = self._clock()

    def state(self, known: Known) -> State:
        if self._listening_since is None:
            return "unknown"
        heard = max(known.heard_at or float("-inf"), self._alive_at.get(known.machine.id, float("-inf")))
        if self._clock() - heard < SILENT_SECONDS:
            return "live"
        return "silent" if self._clock() - self._listening_since >= SILENT_SECONDS else "unknown"

    def changed(self) -> list[tuple[Known, State]]:
        """The machines whose state is another one than at the last look; those that are new count as well."""
        self._forget()
        changes = []
        for id, known in self._known.items():
            state = self.state(known)
            if self._states.get(id) != state:
                self._states[id] = state
                changes.append((known, state))
        return changes

    def clear(self) -> None:
        """Forgets all: the stream is another one."""
        self._known.clear()
        self._alive_at.clear()
        self._states.clear()
        self._bytes = self._newest_ms = 0

    def _forget(self) -> None:
        if self.age_seconds == 0:
            return
        oldest = self._newest_ms - self.age_seconds * 1000
        for id in [id for id, known in self._known.items() if known.time_ms < oldest]:
            self._bytes -= len(self._known.pop(id).payload)
            self._alive_at.pop(id, None)
            self._states.pop(id, None)


def _clock(arrival: Arrival, before: Known | None) -> Reading | None:
    sampled = parse_time(arrival.sample.timestamp)
    if sampled is None:
        return None
    earlier = None if before is None else before.clock
    return reading_of(sampled, arrival.message.time_ms / 1000, arrival.sample.interval_seconds, earlier)
