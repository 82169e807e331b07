"""Takes a sample at each tick, for as long as it runs."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog
from msgspec import Struct

from zeropoint.model import Alert, Collector, Sample, Verdict
from zeropoint.sampling.assemble import Answer, SelfReport, assemble
from zeropoint.sampling.budget import Budget, Review
from zeropoint.sampling.crew import Crew, Landings
from zeropoint.sampling.executor import Executor
from zeropoint.texts import rfc3339

log = structlog.get_logger()
# A tick waits this share of the interval for probes that may block, so that their values are of this tick.
WAIT_SHARE = 0.25
FIRST_WAIT_SECONDS = 2.0


def seconds_since_boot() -> float:
    """As time.monotonic(), and counts the time on in which the machine was suspended, where the system has a clock that
    does: CLOCK_BOOTTIME, clock_gettime(2)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Facts(Struct, frozen=True):
    """What the scheduler tells of itself for the self-report; `cost` is None before the second tick."""

    collectors: dict[str, Collector]
    samples_total: int
    missed_ticks_total: int
    cost: Review | None = None


class Scheduler:
    """Ticks that do not drift: the n-th is due n intervals after the first, on `tick_clock`. What a machine slept
    through are missed ones too.

    Each sample goes to `publish`, together with the number of ticks that were missed before it. `self_report` makes
    the server section out of the scheduler's facts; `verdicts` and `alerts` give those by earlier samples. `clock`, in
    seconds as the executors', is what periods and ages go by; `sleep` waits for so many seconds.
    """

    def __init__(
        self,
        executors: Sequence[Executor],
        interval_seconds: float,
        epoch: str,
        self_report: Callable[[Facts], SelfReport],
        publish: Callable[[Sample, int], None],
        *,
        verdicts: Callable[[], Sequence[Verdict]] = tuple,
        alerts: Callable[[], Sequence[Alert]] = tuple,
        budget: Budget | None = None,
        clock: Callable[[], float] = time.monotonic,
        tick_clock: Callable[[], float] = seconds_since_boot,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.last_sample_at: float | None = None
        self._executors = executors
        self._crew = Crew("probes")
        self._budget = Budget(interval_seconds=interval_seconds) if budget is None else budget
        self._interval = interval_seconds
        self._epoch = epoch
        self._self_report = self_report
        self._verdicts = verdicts
        self._alerts = alerts
        self._publish = publish
        self._clock = clock
        self._tick_clock = tick_clock
        self._sleep = sleep
        self._sequence = 0
        self._missed = 0

    async def first(self) -> None:
        """Takes the first sample; it waits longer for slow probes than the later ones."""
        await self._tick(0, FIRST_WAIT_SECONDS)

    async def run(self) -> None:
        """Ticks until it is cancelled."""
        due = self._tick_clock() + self._interval
        missed = 0
        while True:
            await self._sleep(due - self._tick_clock())
            skipped = missed_ticks(due, self._tick_clock(), self._interval)
            due += (skipped + 1) * self._interval
            missed += skipped
            if missed:
                log.warning("missed ticks", count=missed)
            try:
                await self._tick(missed, self._interval * WAIT_SHARE)
                missed = 0
            except Exception:
                # Probes are isolated before; this is our own failure, and the next tick may well succeed.
                log.exception("no sample could be taken")
                missed += 1

    async def _tick(self, missed: int, wait_seconds: float) -> None:
        now = self._clock()
        timestamp = rfc3339(time.time())
        cpu_began = time.thread_time()
        due = [executor for executor in self._executors if executor.due(now)]
        landings = Landings()
        flights = [flight for executor in due if (flight := executor.start(now, self._crew, landings.landed))]
        # What is read inline is the probes' cost; while it waits for the others, this thread serves.
        cpu_seconds = time.thread_time() - cpu_began - sum(one.cpu_seconds for one in due if not one.probe.blocking)
        await landings.wait(len(flights), wait_seconds, self._crew)
        cpu_began = time.thread_time()
        asked_at = self._clock()
        cost = self._review(asked_at)
        told = [(executor, state) for executor in self._executors if (state := executor.told(asked_at)) is not None]
        collectors = {executor.probe.name: state for executor, state in told}
        answers = [Answer(one.probe, one.reading, state.reason, state.age_seconds) for one, state in told]
        sequence, missed_total = self._sequence + 1, self._missed + missed
        own = self._self_report(Facts(collectors, sequence, missed_total, cost))
        id, verdicts = f"{self._epoch}-{sequence}", self._verdicts()
        sample = assemble(id, timestamp, self._interval, answers, own, verdicts=verdicts, alerts=self._alerts())
        self._budget.charge_tick(now, cpu_seconds + time.thread_time() - cpu_began)
        self._sequence, self._missed = sequence, missed_total
        self.last_sample_at = self._clock()
        self._publish(sample, missed)

    def _review(self, now: float) -> Review | None:
        review = self._budget.review(now)
        if review is not None and (review.slowed or review.recovered):
            log.log(
                logging.WARNING if review.slowed else logging.INFO,
                "probes slowed: collecting costs more than its budget" if review.slowed else "probes recover",
                overhead_percent=round(review.overhead_percent, 3),
                budget_percent=self._budget.percent,
                periods=", ".join(
                    f"{name} {period:g} s" for name, period in (review.slowed or review.recovered).items()
                ),
            )
        return review


def missed_ticks(due: float, now: float, interval_seconds: float) -> int:
    """How many whole ticks have gone by unserved when the one that was due at `due` is served at `now`."""
    return max(0, math.floor((now - due) / interval_seconds))


def new_epoch(moment: datetime) -> str:
    """A name for this start of the process: its milliseconds since 1970 in base 36."""
    number, digits = int(moment.timestamp() * 1000), ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits
