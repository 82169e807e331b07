"""Work that counts its steps, and how it gets on: a run by its rows, an AI component by its newest figures."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from statistics import median

from msgspec import Struct, field

from zeropoint.insight.verdicts.moment import COMPONENT, RUN, Moment
from zeropoint.model import Component

PACES_KEPT = 600
PACES_USUAL = 32
# What writes its figures once in minutes makes steps meanwhile: how often it does must be known first.
FEWEST_GAPS = 3
# Steps that take longer are seen a second too late, so what the job tells of their duration is nearer to the truth.
LONG_STEP_SECONDS = 2.0


class Progress(Struct, frozen=True):
    """What is told of a job at one moment. `step` is None where its last row is of none (an evaluation), `gap_seconds`
    how long it usually takes from one row to the next. Where that and the age are None, the change of `step` tells."""

    workload: str
    name: str
    step: int | None
    step_seconds: float | None
    usual_seconds: float | None
    gap_seconds: float | None
    age_seconds: float | None


class Job(Struct):
    """`since` is when it was first seen, `changed_at` when its step last became another; `paces` are (time, seconds a
    step), oldest first. How long the step took that it was first seen at is not known."""

    workload: str
    name: str
    step: int | None
    changed_at: float
    since: float
    age_seconds: float = 0.0
    usual_seconds: float | None = None
    gap_seconds: float | None = None
    gaps: deque[float] = field(default_factory=lambda: deque(maxlen=PACES_USUAL))
    paces: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=PACES_KEPT))

    def has_paused(self, seconds: float, times: int) -> bool:
        """Whether no step was told for so long, and for so many times as long as it usually takes. Not where it is not
        known how long that is."""
        if self.gap_seconds is None or self.age_seconds <= seconds:
            return False
        return self.age_seconds > times * max(self.gap_seconds, self.usual_seconds or 0.0)

    @property
    def metric(self) -> str:
        """Where its progress stands in the sample."""
        kind, _, name = self.workload.partition(":")
        return f"ai.runs.{name}" if kind == "run" else f"ai.components.{name}.latest"


def progress_of(moment: Moment) -> Iterator[Progress]:
    """All that hold something of the machine: have a row in the ledger. A run counts from its first row on."""
    for run in moment.runs:
        if run.row_age_seconds is not None and RUN + run.id in moment.workloads:
            yield Progress(
                RUN + run.id,
                run.name,
                run.step,
                run.step_seconds,
                run.usual_step_seconds,
                run.usual_row_seconds,
                run.row_age_seconds,
            )
    for name, report in moment.components.items():
        if COMPONENT + name in moment.workloads and report.status in ("running", "idle"):
            progress = _of_component(name, report)
            if progress is not None:
                yield progress


def _of_component(name: str, report: Component) -> Progress | None:
    """By the names that components have in common; one of another distribution may have them too."""
    latest = getattr(report, "latest", None)
    step, seconds = getattr(latest, "step", None), getattr(latest, "step_seconds", None)
    if not isinstance(step, int):
        return None
    return Progress(COMPONENT + name, name, step, seconds if isinstance(seconds, float) else None, None, None, None)


def follow(job: Job | None, progress: Progress, at: float) -> Job:
    """The job, brought up to date; a new one where it is seen for the first time or has begun anew."""
    age, step = progress.age_seconds, progress.step
    if job is None or (job.step is not None and step is not None and step < job.step):
        job = Job(progress.workload, progress.name, step, at if age is None else at - age, at)
    elif step is not None and step != job.step:
        if job.step is not None and job.changed_at >= job.since:
            told, seen = progress.step_seconds, (at - job.changed_at) / (step - job.step)
            job.gaps.append(at - job.changed_at)
            job.paces.append((at, told if told is not None and told > LONG_STEP_SECONDS else seen))
        job.step, job.changed_at = step, at
    job.age_seconds = at - job.changed_at if age is None else age
    job.usual_seconds = progress.usual_seconds or usual(job)
    seen_gap = median(job.gaps) if len(job.gaps) >= FEWEST_GAPS else None
    job.gap_seconds = seen_gap if progress.gap_seconds is None else progress.gap_seconds
    return job


def usual(job: Job) -> float | None:
    """The median of the last steps."""
    last = [seconds for _, seconds in islice(reversed(job.paces), PACES_USUAL)]
    return median(last) if last else None
