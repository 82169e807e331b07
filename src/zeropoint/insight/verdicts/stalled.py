"""stalled: work holds a part of the machine and makes no step, and what it waits for.

It is told once no step was made for 10 s and for five times as long as it usually takes from one to the next, or from
one row to the next where not each step is told. What uses the processor or a GPU meanwhile may be in
an evaluation, and what waits for nothing that can be seen may wait for somebody: both are told later, without a cause.
"""

from collections.abc import Iterable, Iterator, Set
from typing import ClassVar

from zeropoint.insight.verdicts.causes import CAUSES, cause_of
from zeropoint.insight.verdicts.evidence import told
from zeropoint.insight.verdicts.job import Job
from zeropoint.insight.verdicts.look import Look, look_at
from zeropoint.insight.verdicts.rule import UNKNOWN, Finding, Rule
from zeropoint.insight.verdicts.window import Window
from zeropoint.insight.verdicts.words import in_seconds
from zeropoint.model import Workload

LEAST_SECONDS, LEAST_STEPS = 10.0, 5
# Without a cause; and while it works on something.
UNKNOWN_SECONDS, UNKNOWN_STEPS = 60.0, 10
BUSY_SECONDS, BUSY_STEPS = 180.0, 30
LOOKED_AT_SECONDS = 10.0
BUSY_CPU_PERCENT, BUSY_GPU_PERCENT = 50.0, 20.0


class Stalled(Rule):
    name: ClassVar[str] = "stalled"
    refuted_by: ClassVar[str] = "a step that it makes, or rows that it writes elsewhere or less often than before"
    begin_seconds: ClassVar[float] = 1.0
    clear_seconds: ClassVar[float] = 2.0

    def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
        for job in window.jobs.values():
            if job.has_paused(LEAST_SECONDS, LEAST_STEPS):
                yield from self._judge(window, job)
        yield from self._stopped(window)

    def _judge(self, window: Window, job: Job) -> Iterator[Finding]:
        moments = window.last(min(LOOKED_AT_SECONDS, job.age_seconds))
        look = look_at(moments, job.workload)
        found = cause_of(look, moments)
        if found.cause == UNKNOWN:
            due = (BUSY_SECONDS, BUSY_STEPS) if is_busy(look) else (UNKNOWN_SECONDS, UNKNOWN_STEPS)
            if not job.has_paused(*due):
                return
        usual = f", {in_seconds(job.usual_seconds)} a step is usual" if job.usual_seconds is not None else ""
        yield Finding(
            subject=job.workload,
            called=job.name,
            workload=job.workload,
            cause=found.cause,
            says=f"{job.name} has made no step for {in_seconds(job.age_seconds)}: {found.words}",
            evidence=(
                f"no step for {in_seconds(job.age_seconds)}{usual} ({job.metric}.step)",
                *found.texts,
                *told(look, *found.names, "cpu", "memory", "gpu-memory"),
            ),
            began_at=window.now.at - job.age_seconds,
        )

    def _stopped(self, window: Window) -> Iterator[Finding]:
        """What is stopped makes no progress, whether it counts its steps or not."""
        for workload, row in window.now.workloads.items():
            if workload in window.jobs or not is_stopped(row):
                continue
            moments = window.last(LOOKED_AT_SECONDS)
            seen = [moment for moment in moments if (at := moment.workloads.get(workload)) and is_stopped(at)]
            if moments[-1].at - seen[0].at >= LEAST_SECONDS - 2 and len(seen) == len(moments):
                look = look_at(moments, workload)
                yield Finding(
                    subject=workload,
                    called=row.name,
                    workload=workload,
                    cause="stopped",
                    says=f"{row.name} does nothing: {CAUSES['stopped']}",
                    evidence=tuple(told(look, "stopped", "cpu", "memory", "gpu-memory")),
                )


def is_busy(look: Look) -> bool:
    return (look.cpu_percent or 0.0) >= BUSY_CPU_PERCENT or (look.gpu_percent or 0.0) >= BUSY_GPU_PERCENT


def is_stopped(row: Workload) -> bool:
    """Some process of it is, and none of the others can run."""
    waits = row.waits
    return waits is not None and bool(waits.stopped_count) and not waits.runnable_count and not waits.disk_count
