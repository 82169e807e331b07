"""Which workloads are on one GPU at once, by the processes that it tells."""

from collections.abc import Iterator, Mapping, Sequence, Set

from zeropoint.insight.verdicts.look import mean
from zeropoint.insight.verdicts.moment import COMPONENT, RUN, Moment
from zeropoint.insight.verdicts.rule import MACHINE, Finding
from zeropoint.insight.verdicts.words import in_percent
from zeropoint.model import Gpu

FEWEST_LOOKS = 6
FULL_PERCENT, HELD_FULL_PERCENT = 85.0, 70.0
# Of the GPU's time, by each of two.
BEGIN_PART_PERCENT, HOLD_PART_PERCENT = 10.0, 5.0


def gpu_sharing(moments: Sequence[Moment], held: Set[str]) -> Iterator[Finding]:
    """A finding for each GPU that is full and that two workloads or more have a good part of."""
    for gpu in moments[-1].gpus if moments else ():
        if len(gpu.processes or ()) < 2:
            continue
        subject = f"gpu {gpu.uuid}"
        is_held = subject in held
        seen = [(one, moment) for moment in moments for one in moment.gpus if one.uuid == gpu.uuid]
        use = mean(one.utilization_percent for one, _ in seen)
        if len(seen) < FEWEST_LOOKS or use is None or use < (HELD_FULL_PERCENT if is_held else FULL_PERCENT):
            continue
        parts = parts_of(seen)
        least = HOLD_PART_PERCENT if is_held else BEGIN_PART_PERCENT
        sharing = sorted((item for item in parts.items() if item[1] >= least), key=lambda item: -item[1])
        if len(sharing) < 2:
            continue
        names = [called(owner) for owner, _ in sharing]
        work = next((owner for owner, _ in sharing if owner.startswith((RUN, COMPONENT))), MACHINE)
        label = f"{gpu.name or 'GPU'} {gpu.index if gpu.index is not None else gpu.uuid}"
        yield Finding(
            subject=subject,
            called=called(work) if work != MACHINE else label,
            workload=work,
            cause="gpu",
            says=f"{' and '.join(names[:2])} share {label}, which is full",
            evidence=(
                f"{label} is busy {in_percent(use)} of the time (system.gpus.{gpu.uuid}.utilization_percent)",
                *(
                    f"{called(owner)} has {in_percent(part)} of its time "
                    f"(system.gpus.{gpu.uuid}.processes.*.utilization_percent)"
                    for owner, part in sharing
                ),
            ),
        )


def parts_of(seen: Sequence[tuple[Gpu, Moment]]) -> Mapping[str, float]:
    """What each has of the GPU's time, by workload; a process that is of none that is known stands for itself."""
    sums: dict[str, float] = {}
    for gpu, moment in seen:
        owners = owners_of(moment)
        for process in gpu.processes or ():
            if process.utilization_percent is not None:
                owner = owners.get(process.pid) or f"program:{process.name or process.pid}"
                sums[owner] = sums.get(owner, 0.0) + process.utilization_percent
    return {owner: total / len(seen) for owner, total in sums.items()}


def owners_of(moment: Moment) -> Mapping[int, str]:
    """Workloads by process, as far as the sample tells: a run by its first process before a component by all."""
    owners = {
        pid: COMPONENT + name
        for name, report in moment.components.items()
        for pid in report.pids or ()
        if COMPONENT + name in moment.workloads
    }
    runs = {run.pid: RUN + run.id for run in moment.runs if run.pid is not None}
    return {**owners, **runs}


def called(owner: str) -> str:
    """What people call it: a run without the number that tells it from others of its name."""
    kind, _, name = owner.partition(":")
    return name.rpartition("/")[0] or name if kind == "run" else name
