"""Writes samples to a store by Prometheus' remote write: each one once and in order, over failures and restarts.

One task sends, one request at a time. What a store does not take waits where it lies anyway, in memory and in the
journal; here is one batch. A position on disk says how far the store has got.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import structlog

from zeropoint.fleet.remote_write_batch import Batch, Encoder, Moment
from zeropoint.fleet.remote_write_position import Position
from zeropoint.fleet.remote_write_post import Outcome, Post
from zeropoint.fleet.remote_write_source import Source, UnreadableError
from zeropoint.fleet.remote_write_tally import Tally
from zeropoint.fleet.remote_write_target import Target
from zeropoint.model import RemoteWriteReport

log = structlog.get_logger()
# Labels are as long as thirty values: sent once for the samples of five seconds they cost a fifth.
SEND_SECONDS = 5.0
# As many as the journal unpacks at once.
MOST_SAMPLES = 60
BACKOFF_BASE_SECONDS = 1.0
BACKOFF_CAP_SECONDS = 60.0
# Whoever catches up takes a fifth of a core: sampling comes first.
REST_RATIO = 4.0
# What the end of the appliance waits for.
STOP_SECONDS = 1.0
# Of several samples one may be too old or too large, and the others not.
DIVISIBLE = (400, 413, 422)

T = TypeVar("T")


class OnThread(Protocol):
    """Makes a call on a thread of its own. Raises TimeoutError where it takes too long."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]: ...


class RemoteWrite:
    """All of it for one store, put together but not running. `compute` and `disk` make calls on a thread each."""

    def __init__(
        self,
        target: Target,
        source: Source,
        encoder: Encoder,
        position: Position,
        *,
        compute: OnThread,
        disk: OnThread,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.tally = Tally(target.name)
        self._target = target
        self._source = source
        self._encoder = encoder
        self._position = position
        self._compute, self._disk = compute, disk
        self._draw = draw
        self._post = Post(target)
        self._id: str | None = None  # of the last sample that is done with
        self._moment: Moment | None = None  # what that one left open
        self._batch: Batch | None = None
        self._behind = False
        self._refused = 0  # bodies of the batch
        self._one_by_one = 0
        self._uncertain = 0  # samples that the store may have: it was asked, and what it answered is not known
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Sends what waits, as far as that goes within STOP_SECONDS."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=STOP_SECONDS)
            self._task.cancel()
        await self._post.close()

    def statistics(self) -> RemoteWriteReport:
        return self.tally.report()

    def failures(self) -> list[str]:
        return self.tally.reasons()

    async def _run(self) -> None:
        last = False
        while not last:
            last = self._stopping.is_set()
            try:
                rest = await self._step()
            except Exception as error:  # whatever it is, samples wait and it is tried again
                log.exception("remote write")
                rest = self._later(Outcome("later", type(error).__name__))
            if not last:
                await self._rest(rest)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _step(self) -> float:
        """Sends a batch, as far as that goes; answers with the seconds to rest before the next step."""
        if self._id is None:
            try:
                self._id = await self._begin()
            except TimeoutError:
                return self._later(Outcome("later", "the disk with its position does not answer"))
        batch = self._batch
        if batch is None:
            try:
                batch = await self._next(self._id)
            except UnreadableError:
                return self._later(Outcome("later", "the journal cannot be read"))
            if batch is None:
                return SEND_SECONDS
            self._batch, self._refused = batch, 0
        while batch.bodies:
            began = time.monotonic()
            outcome = await self._post.send(batch.bodies[0])
            if outcome.kind == "later" or self._has_new_credentials(outcome):
                self._uncertain = max(self._uncertain, batch.count if outcome.status is None else 0)
                return self._later(outcome)
            self.tally.answered(time.monotonic() - began, len(batch.bodies[0]))
            if outcome.kind == "accepted":
                self._uncertain = 0
            elif batch.count > 1 or not (self._uncertain and outcome.is_late):
                if batch.count > 1 and outcome.status in DIVISIBLE:
                    self._one_by_one, self._batch = batch.count, None
                    return 0.0
                self._refused += 1
                self.tally.dropped(batch.count if self._refused == 1 else 0, outcome.reason)
            del batch.bodies[0]
        await self._settle(batch)
        return REST_RATIO * batch.cpu_seconds if self._behind else SEND_SECONDS

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

    def _has_new_credentials(self, outcome: Outcome) -> bool:
        """Whether the store refused credentials that have been replaced meanwhile."""
        if outcome.status not in (401, 403):
            return False
        try:
            return self._target.read_credentials()
        except ValueError:
            return False

    def _later(self, outcome: Outcome) -> float:
        """Notes a failure; answers with the wait: drawn from the whole of a ceiling that doubles ("full jitter"), after
        what the store has asked for."""
        self.tally.failed(outcome.reason)
        ceiling = min(BACKOFF_CAP_SECONDS, BACKOFF_BASE_SECONDS * 2.0 ** min(self.tally.failures - 1, 32))
        return (outcome.wait_seconds or 0.0) + self._draw() * ceiling


def _disk_reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "the disk does not answer" if isinstance(error, TimeoutError) else "its file is damaged"
