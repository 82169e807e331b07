"""The one place that runs a probe, times it and isolates it. Absent is not failed; a hanging one costs nobody else."""

import time
from collections.abc import Callable
from concurrent.futures import Future

import structlog

from zeropoint.model import Collector, CollectorStatus
from zeropoint.probe import Absent, Probe, Roots
from zeropoint.sampling.audit import DECIMALS, Audited, audit
from zeropoint.sampling.budget import Budget
from zeropoint.sampling.crew import Crew

log = structlog.get_logger()
REASON_LIMIT = 300
# What a probe read, and how many seconds it took.
TimedReading = tuple[Audited | Absent, float]


class Executor:
    """Runs one probe and keeps its last good reading.

    `reading` is that reading, an Absent when there is nothing to read, or None before the first answer. What a call
    in the air brings is taken in when it is asked whether it is due, or for its state: once a tick each. `cpu_seconds`
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
        self._in_air: Future[TimedReading] | None = None
        self._started_at = float("-inf")
        self._read_at: float | None = None
        self._duration: float | None = None
        self._failure: str | None = None

    def due(self, now: float) -> bool:
        """Whether it should be read in the tick at `now`. A slack of 5 % keeps periods on the ticks."""
        self._collect()
        if self._in_air is not None:
            return False
        period = self._budget.period_seconds(self.probe.name, self._own_period_seconds)
        return now - self._started_at >= period * 0.95

    @property
    def _own_period_seconds(self) -> float:
        """How often it is worth reading: what is absent and dear to look for, less often."""
        if self.probe.blocking and isinstance(self.reading, Absent):
            return max(self.probe.period_seconds, self.probe.absent_seconds)
        return self.probe.period_seconds

    def start(self, now: float, crew: Crew, landed: Callable[[], None] = lambda: None) -> Future[TimedReading] | None:
        """Reads at once, or has the crew read what may block, and answers with the future of that; when it is done its
        thread calls `landed`."""
        self._started_at = now
        if not self.probe.blocking:
            try:
                self._land(self._timed_read())
            except Exception as error:  # noqa: BLE001 - whatever a probe raises is its own failure
                self._fail(error)
            self._charge()
            return None
        self._in_air = crew.start(self._timed_read, landed)
        return self._in_air

    def _timed_read(self) -> TimedReading:
        began, cpu_began = self._clock(), time.thread_time()
        try:
            return audit(self.probe, self.probe.read(self._roots, began)), self._clock() - began
        finally:
            self.cpu_seconds = time.thread_time() - cpu_began

    def _charge(self) -> None:
        self._budget.charge(self.probe.name, self._started_at, self.cpu_seconds, self._own_period_seconds)

    def _collect(self) -> None:
        future = self._in_air
        if future is None or not future.done():
            return
        self._in_air = None
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

    def told(self, now: float) -> Collector | None:
        """`state`, or None where a sample does without it: of an optional one that has had nothing to read so far."""
        self._collect()
        has_nothing = self.reading is None or isinstance(self.reading, Absent)
        if self.probe.optional and has_nothing and self._failure is None and not self._hangs(now):
            return None
        return self.state(now)

    def _hangs(self, now: float) -> bool:
        return self._in_air is not None and now - self._started_at > self.probe.limit_seconds

    def state(self, now: float) -> Collector:
        """How the probe fares at `now`."""
        self._collect()
        hanging = self._hangs(now)
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
