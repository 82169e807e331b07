"""The one place that runs a probe, times it and isolates it. Absent is not failed; a hanging one costs nobody else."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import structlog

from zeropoint.flight import Flight
from zeropoint.model import Collector, CollectorStatus
from zeropoint.probe import Absent, Probe, Roots
from zeropoint.sampling.audit import DECIMALS, Audited, audit
from zeropoint.sampling.budget import Budget

log = structlog.get_logger()
REASON_LIMIT = 300
# What a probe read, and how many seconds it took.
TimedReading = tuple[Audited | Absent, float]


class Executor:
    """Runs one probe and keeps its last good reading.

    `reading` is that reading, an Absent when there is nothing to read, or None before the first answer; `cpu_seconds`
    is what the last call took of the thread that made it. The budget, which may be shared, says how often it is read.
    """

    def __init__(
        self,
        probe: Probe,
        roots: Roots,
        clock: Callable[[], float] = time.monotonic,
        budget: Budget | None = None,
    ) -> None:
        self.probe = probe
        self.reading: Audited | Absent | None = None
        self.cpu_seconds = 0.0
        self._budget = Budget() if budget is None else budget
        self._roots = roots
        self._clock = clock
        self._flight: Flight[TimedReading] | None = Flight(f"probe {probe.name}") if probe.blocking else None
        self._started_at = float("-inf")
        self._read_at: float | None = None
        self._duration: float | None = None
        self._failure: str | None = None

    def due(self, now: float) -> bool:
        """Whether it should be read in the tick at `now`. Half a second of slack keeps periods on the ticks."""
        if self._flight is not None and self._flight.in_air:
            return False
        period = self._budget.period_seconds(self.probe.name, self._own_period_seconds)
        return now - self._started_at >= period * 0.95

    @property
    def _own_period_seconds(self) -> float:
        """How often it is worth reading: what is absent and dear to look for, less often."""
        if self._flight is not None and isinstance(self.reading, Absent):
            return max(self.probe.period_seconds, self.probe.absent_seconds)
        return self.probe.period_seconds

    def start(self, now: float) -> asyncio.Future[Any] | None:
        """Reads at once, or, for a probe that may block, starts its flight and answers with the future of its end."""
        self._started_at = now
        if self._flight is None:
            try:
                self._land(self._timed_read())
            except Exception as error:  # noqa: BLE001 - whatever a probe raises is its own failure
                self._fail(error)
            self._charge()
            return None
        future = asyncio.wrap_future(self._flight.start(self._timed_read))
        future.add_done_callback(self._landed)
        return future

    def _timed_read(self) -> TimedReading:
        began, cpu_began = self._clock(), time.thread_time()
        try:
            return audit(self.probe, self.probe.read(self._roots, began)), self._clock() - began
        finally:
            self.cpu_seconds = time.thread_time() - cpu_began

    def _charge(self) -> None:
        self._budget.charge(self.probe.name, self._started_at, self.cpu_seconds, self._own_period_seconds)

    def _landed(self, future: asyncio.Future[TimedReading]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if isinstance(error, Exception):
            self._fail(error)
        elif error is None:
            self._land(future.result())
        self._charge()

    def _land(self, answer: TimedReading) -> None:
        if self._failure is not None:
            log.info("probe works again", probe=self.probe.name)
        self.reading, self._duration = answer
        self._read_at, self._failure = self._started_at, None

    def _fail(self, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"[:REASON_LIMIT]
        if reason != self._failure:
            log.warning("probe failed", probe=self.probe.name, reason=reason)
        self._failure = reason

    def state(self, now: float) -> Collector:
        """How the probe fares at `now`."""
        hanging = self._flight is not None and self._flight.in_air and now - self._started_at > self.probe.limit_seconds
        status: CollectorStatus = "ok"
        reason = self._failure
        if hanging:
            status, reason = "hanging", f"no answer for {now - self._started_at:.0f} s"
        elif self._failure is not None:
            status = "failed"
        elif isinstance(self.reading, Absent):
            status, reason = "absent", self.reading.reason
        elif self.reading is None:
            status, reason = "waiting", "not read yet"
        age = None if self._read_at is None else max(0.0, now - self._read_at)
        pace = self._budget.pace(self.probe.name, self._own_period_seconds, now)
        return Collector(
            duration_seconds=None if self._duration is None else round(self._duration, DECIMALS),
            age_seconds=None if age is None else round(age, DECIMALS),
            cpu_percent=None if pace.cpu_percent is None else round(pace.cpu_percent, DECIMALS),
            period_seconds=pace.period_seconds,
            slowdown=pace.slowdown,
            status=status,
            reason=reason,
        )
