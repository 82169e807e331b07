"""What each workload has of the GPUs, by what their drivers tell of each process."""

from collections.abc import Callable, Sequence

from msgspec import Struct, field

from zeropoint.ledger.owner import Owner
from zeropoint.model import Gpu


class GpuUse(Struct):
    """Of one workload, or of all GPUs together: percent of one GPU, bytes, watts; None where nothing tells. `pids` are
    its processes that hold one."""

    percent: float | None = None
    memory_bytes: int | None = None
    watts: float | None = None
    pids: set[int] = field(default_factory=set)

    def add(self, percent: float | None, memory_bytes: int | None, watts: float | None) -> None:
        if percent is not None:
            self.percent = (self.percent or 0.0) + percent
        if memory_bytes is not None:
            self.memory_bytes = (self.memory_bytes or 0) + memory_bytes
        if watts is not None:
            self.watts = (self.watts or 0.0) + watts


def gpu_totals(gpus: Sequence[Gpu]) -> GpuUse:
    """Of all GPUs. What a GPU takes of the machine's memory is in that already."""
    total = GpuUse()
    for gpu in gpus:
        total.add(gpu.utilization_percent, gpu.memory_used_bytes if has_memory(gpu) else None, gpu.power_watts)
    return total


def nobodys(gpus: Sequence[Gpu]) -> GpuUse:
    """What who is among no GPU's processes has of them: 0 of what they tell, None where one does not tell who is."""
    total = gpu_totals(gpus) if all(gpu.processes is not None for gpu in gpus) else GpuUse()
    return GpuUse(
        None if total.percent is None else 0.0,
        None if total.memory_bytes is None else 0,
        None if total.watts is None else 0.0,
    )


def gpu_shares(gpus: Sequence[Gpu], owner_of: Callable[[int], Owner | None]) -> dict[Owner, GpuUse]:
    """By workload; `owner_of` tells whose a process is, None for one that is not seen here.

    Power is estimated: a share of the GPU's time is charged the same share of its power, so that what it draws at rest
    is nobody's.
    """
    shares: dict[Owner, GpuUse] = {}
    for gpu in gpus:
        for process in gpu.processes or ():
            owner = owner_of(process.pid)
            if owner is None:
                continue
            percent = process.utilization_percent
            watts = None if percent is None or gpu.power_watts is None else gpu.power_watts * percent / 100
            use = shares.setdefault(owner, GpuUse())
            use.add(percent, process.memory_bytes if has_memory(gpu) else None, watts)
            use.pids.add(process.pid)
    return shares


def has_memory(gpu: Gpu) -> bool:
    """Whether it has memory of its own."""
    return gpu.memory_total_bytes is not None or gpu.shared_memory_total_bytes is None
