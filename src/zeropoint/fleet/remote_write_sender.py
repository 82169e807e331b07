"""What is sent next, and what becomes of it: batches, in order, from the position on disk on.

What a store does not take waits where it lies anyway, in memory and in the journal; here is one batch.
"""

import random
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from zeropoint.fleet.remote_write_batch import Batch, Encoder, Moment
from zeropoint.fleet.remote_write_position import Position
from zeropoint.fleet.remote_write_post import Outcome, Post
from zeropoint.fleet.remote_write_source import Source, UnreadableError
from zeropoint.fleet.remote_write_tally import Tally
from zeropoint.fleet.remote_write_target import Target
from zeropoint.fleet.remote_write_wait import backoff_seconds

# Labels are as long as thirty values: sent once for the samples of five seconds they cost a fifth.
SEND_SECONDS = 5.0
# As many as the journal unpacks at once.
MOST_SAMPLES = 60
# What publishes to the fleet makes this machine's id with its first connection.
IDENTITY_SECONDS = 0.5
# Whoever catches up takes a fifth of a core: sampling comes first.
REST_RATIO = 4.0
# Of several samples one may be too old or too large, and the others not.
DIVISIBLE = (400, 413, 422)

T = TypeVar("T")


class OnThread(Protocol):
    """Makes a call on a thread of its own. Raises TimeoutError where it takes too long."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]: ...


class Sender:
    """Sends to one store; `compute` and `disk` make calls on a thread each, `draw` gives numbers from 0 to below 1.
    `identify` tells the id of this machine in its fleet, None before that is made; without a fleet it is None."""

    def __init__(
        self,
        target: Target,
        source: Source,
        encoder: Encoder,
        position: Position,
        *,
        compute: OnThread,
        disk: OnThread,
        identify: Callable[[], str | None] | None = None,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.tally = Tally(target.name)
        self._target = target
        self._source = source
        self._encoder = encoder
        self._position = position
        self._compute, self._disk = compute, disk
        self._identify = identify
        self._draw = draw
        self._post = Post(target)
        self._id: str | None = None  # of the last sample that is done with
        self._moment: Moment | None = None  # what that one left open
        self._batch: Batch | None = None
        self._behind = False
        self._refused = 0  # bodies of the batch
        self._one_by_one = 0
        self._uncertain = 0  # samples that the store may have: it was asked, and what it answered is not known

    async def step(self) -> float:
        """Sends a batch, as far as that goes; answers with the seconds to rest before the next step."""
        if self._id is None:
            try:
                if self._identify is not None and not await self._is_identified(self._identify):
                    return IDENTITY_SECONDS
                self._id = await self._begin()
            except TimeoutError:
                return self.failed("the disk with its position does not answer")
        batch = self._batch
        if batch is None:
            try:
                batch = await self._next(self._id)
            except UnreadableError:
                return self.failed("the journal cannot be read")
            if batch is None:
                return SEND_SECONDS
            self._batch, self._refused = batch, 0
        while batch.bodies:
            began = time.monotonic()
            outcome = await self._post.send(batch.bodies[0])
            if outcome.kind == "later" or await self._has_new_credentials(outcome):
                self._uncertain = max(self._uncertain, batch.count if outcome.status is None else 0)
                return self.failed(outcome.reason, outcome.wait_seconds)
            self.tally.answered(time.monotonic() - began, len(batch.bodies[0]))
            if outcome.kind == "accepted":
                self._uncertain = 0
            elif batch.count > 1 or not (self._uncertain and outcome.is_late):
                if batch.count > 1 and outcome.status in DIVISIBLE:
                    self._one_by_one, self._batch = batch.count, None
                    return 0.0
                self._refused += 1
                self.tally.dropped(batch.count - batch.unreadable if self._refused == 1 else 0, outcome.reason)
            del batch.bodies[0]
        await self._settle(batch)
        return REST_RATIO * batch.cpu_seconds if self._behind else SEND_SECONDS

    def failed(self, reason: str, asked_seconds: float | None = None) -> float:
        """Notes a failure; answers with the seconds to rest, not below what the store has asked for."""
        self.tally.failed(reason)
        return backoff_seconds(self.tally.failures, asked_seconds, self._draw())

    async def close(self) -> None:
        await self._post.close()

    async def _is_identified(self, identify: Callable[[], str | None]) -> bool:
        """Whether it is known who this machine is: what publishes to the fleet makes that, and tells where it cannot.
        Raises TimeoutError."""
        try:
            self._encoder.host_id = await self._disk(identify)
        except TimeoutError:
            raise
        except OSError:
            return False
        return self._encoder.host_id is not None

    async def _begin(self) -> str:
        """Where it goes on: after the position on disk; with a new store, at the first sample of this process. Raises
        TimeoutError."""
        try:
            id = await self._disk(self._position.load)
        except TimeoutError:
            raise
        except (OSError, ValueError) as error:
            self.tally.dropped(None, f"how far it had got cannot be read: {_disk_reason(error)}")
            id = None
        if id is None:
            return self._source.start
        self._uncertain = MOST_SAMPLES
        payload = await self._source.payload(id)
        if payload is not None:
            self._moment = await self._compute(lambda: self._encoder.moment_of(payload))
        return id

    async def _next(self, id: str) -> Batch | None:
        limit, before = 1 if self._one_by_one else MOST_SAMPLES, self._moment
        rows = await self._source.after(id, limit)
        if not rows:
            return None
        batch = await self._compute(lambda: self._encoder.batch(rows, before))
        self._behind = len(rows) == limit or batch.count < len(rows)
        return batch

    async def _settle(self, batch: Batch) -> None:
        """The batch is done with, one way or the other."""
        written = 0 if self._refused else batch.count - batch.unreadable
        self.tally.sent(written, batch.moment.time_ms if batch.moment and written else None)
        if batch.unreadable:
            self.tally.dropped(batch.unreadable, "they cannot be read")
        if batch.lost != 0:
            self.tally.dropped(batch.lost, "they were gone before they could be sent")
        self._id, self._moment, self._batch = batch.id, batch.moment, None
        self._one_by_one = max(0, self._one_by_one - batch.count)
        self._uncertain = max(0, self._uncertain - batch.count)
        try:
            await self._disk(lambda: self._position.keep(batch.id))
        except OSError as error:  # TimeoutError is one
            self.tally.kept(_disk_reason(error))
        else:
            self.tally.kept(None)

    async def _has_new_credentials(self, outcome: Outcome) -> bool:
        """Whether the store refused credentials that have been replaced meanwhile."""
        if outcome.status not in (401, 403):
            return False
        try:
            return await self._disk(self._target.read_credentials)
        except (ValueError, TimeoutError):
            return False


def _disk_reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "the disk does not answer" if isinstance(error, TimeoutError) else "its file is damaged"
