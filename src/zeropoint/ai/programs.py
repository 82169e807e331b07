"""Programs that do AI work, of any origin, recognised from outside: a row for each kind."""

import time
from collections.abc import Callable, Iterable
from typing import ClassVar

from zeropoint.ai.programs_report import Program, ProgramsReport
from zeropoint.ai.recognise import Recognised, Recogniser
from zeropoint.ai.status import Since
from zeropoint.model import FRESH_SECONDS, Section, Status
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Missing, Probe, Reading, Roots
from zeropoint.processes import Process
from zeropoint.texts import rfc3339

MOST_PIDS = 32
Identity = tuple[int, float]
# Below that it is housekeeping: a notebook that waits takes a tenth of a percent.
WORKING_PERCENT = 5.0


class Programs(Probe):
    name: ClassVar[str] = "programs"
    section: ClassVar[str] = "ai.components.programs"
    report: ClassVar[type[Section]] = ProgramsReport
    # Reading the maps of a process waits while it changes them, as long as that takes.
    blocking: ClassVar[bool] = True
    optional: ClassVar[bool] = True
    period_seconds: ClassVar[float] = 2.0
    absent_seconds: ClassVar[float] = 2.0

    def __init__(self, recogniser: Recogniser, clock: Callable[[], float] = time.time) -> None:
        self._recogniser = recogniser
        self._clock = clock
        self._cpu = CpuShares()
        self._worked: float | None = None
        self._since = Since()
        self._seen = False

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        recognised, wall = self._recogniser.look(roots), self._clock()
        if not recognised.of_kind and not self._seen:
            return Absent("no program of a known kind runs here")
        self._seen = True
        missing = Missing()
        programs = self._rows(recognised, missing)
        if any((program.cpu_percent or 0.0) >= WORKING_PERCENT for program in programs):
            self._worked = wall
        status: Status = "stopped"
        if programs:
            status = "running" if self._worked is not None and wall - self._worked <= FRESH_SECONDS else "idle"
        pids = sorted({process.pid for processes in recognised.of_kind.values() for process in processes})
        return Reading(
            ProgramsReport(
                status=status,
                since=self._since.observe(status, wall),
                last_updated=missing.take(
                    "last_updated",
                    Absent("none of them has been seen at work") if self._worked is None else rfc3339(self._worked),
                ),
                reason=recognised.shortfall,
                pids=missing.take("pids", pids[:MOST_PIDS] or Absent("none of them runs")),
                programs=programs,
            ),
            missing,
        )

    def _rows(self, recognised: Recognised, missing: Missing) -> list[Program]:
        self._cpu.look(recognised)
        return [
            Program(
                kind=kind,
                processes_count=len(processes),
                cpu_percent=missing.take(f"programs[{index}].cpu_percent", self._cpu.percent(processes)),
                pids=[process.pid for process in processes[:MOST_PIDS]],
            )
            for index, (kind, processes) in enumerate(recognised.of_kind.items())
        ]


class CpuShares:
    """CPU time of processes between the last two listings, of one core."""

    def __init__(self) -> None:
        self._listed_at: float | None = None
        self._seconds: dict[Identity, float] = {}
        self._percent: dict[Identity, float] = {}

    def look(self, recognised: Recognised) -> None:
        last, before = self._listed_at, self._seconds
        if recognised.listed_at == last:
            return
        every = {one.identity: one.cpu_seconds_total for found in recognised.of_kind.values() for one in found}
        self._listed_at, self._seconds = recognised.listed_at, every
        self._percent = (
            {}
            if last is None
            else {
                identity: 100.0 * (seconds - before[identity]) / (recognised.listed_at - last)
                for identity, seconds in every.items()
                if identity in before
            }
        )

    def percent(self, processes: Iterable[Process]) -> float | Absent:
        """Of all these together; one that is new in the last listing counts from the next one on."""
        known = [self._percent[one.identity] for one in processes if one.identity in self._percent]
        return sum(known) if known else Absent(NEEDS_TWO_READINGS)
