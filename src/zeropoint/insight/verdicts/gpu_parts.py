"""Who has what of the GPUs at one moment, by the processes that these tell and the workloads that have them. Pure."""

from collections.abc import Mapping, Sequence

from zeropoint.insight.verdicts.moment import Moment
from zeropoint.model import Gpu


def held_by(workload: str, moment: Moment) -> list[Gpu]:
    """The GPUs that a process of the workload holds."""
    row = moment.workloads.get(workload)
    pids = frozenset(row.gpu_pids) if row is not None else frozenset()
    return [gpu for gpu in moment.gpus if any(process.pid in pids for process in gpu.processes or ())] if pids else []


def use_of(gpu: Gpu) -> float | None:
    """Percent of its time in which it is busy; where only its processes tell that, what they have together."""
    if gpu.utilization_percent is not None:
        return gpu.utilization_percent
    told = [part for one in gpu.processes or () if (part := one.utilization_percent) is not None]
    return min(100.0, sum(told)) if told else None


def parts_of(gpu: Gpu, moment: Moment) -> Mapping[str, float]:
    """Percent of its time by workload. A process of none that has a row stands for itself, as `pid:PID`: two of one
    name need not belong together."""
    owners = {pid: row.id for row in moment.workloads.values() for pid in row.gpu_pids}
    parts: dict[str, float] = {}
    for process in gpu.processes or ():
        if process.utilization_percent is not None:
            owner = owners.get(process.pid) or f"pid:{process.pid}"
            parts[owner] = parts.get(owner, 0.0) + process.utilization_percent
    return parts


def label_of(gpu: Gpu) -> str:
    return f"{gpu.name or 'GPU'} {gpu.index if gpu.index is not None else gpu.uuid}"


def names_of(owners: Sequence[str], seen: Sequence[tuple[Gpu, Moment]]) -> list[str]:
    """What people call them, by the looks at a GPU; what tells two apart that are called the same is told with it."""
    names = [_name_of(owner, seen) for owner in owners]
    return [
        name if names.count(name) == 1 else _whole_name_of(owner, name)
        for owner, name in zip(owners, names, strict=True)
    ]


def _name_of(owner: str, seen: Sequence[tuple[Gpu, Moment]]) -> str:
    for gpu, moment in reversed(seen):
        if owner in moment.workloads:
            return moment.workloads[owner].name
        for process in gpu.processes or ():
            if owner == f"pid:{process.pid}":
                return process.name or f"process {process.pid}"
    return owner.partition(":")[2]


def _whole_name_of(owner: str, name: str) -> str:
    kind, _, rest = owner.partition(":")
    return f"{name} (process {rest})" if kind == "pid" else rest
