"""What a workload and its machine did over some seconds, in means: what rules name causes by. Pure."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from zeropoint.insight.verdicts.gpu_parts import held_by, use_of
from zeropoint.insight.verdicts.moment import Moment, stall_percent
from zeropoint.model import Waits, Workload


class Look(Struct, frozen=True, kw_only=True):
    """Of a workload: means over the looks; `..._looks` count those in which some process waited so, out of
    `waits_looks`. `gpu_percent` adds up over GPUs; `busiest_gpu` is of those that it holds the one that is busiest, by
    its uuid, whoever uses it. Of the machine: pressures, use and swapping. None is not known."""

    workload: str
    cpu_percent: float | None
    gpu_percent: float | None
    gpu_memory_bytes: float | None
    held_gpus: int
    busiest_gpu: str | None
    busiest_gpu_percent: float | None
    memory_bytes: float | None
    read_bytes_per_second: float | None
    write_bytes_per_second: float | None
    waits_looks: int
    processes: float
    stopped_looks: int
    all_stopped: bool
    disk_looks: int
    network_looks: int
    runnable_looks: int
    cpu_wait_percent: float | None
    cpu_wait_share_percent: float | None
    own_cpu_percent: float | None
    own_memory_percent: float | None
    own_io_percent: float | None
    machine_cpu_percent: float | None
    steal_percent: float | None
    quota_percent: float | None
    cpu_some_percent: float | None
    io_some_percent: float | None
    memory_some_percent: float | None
    memory_full_percent: float | None
    swap_bytes_per_second: float | None

    def share(self, count: int) -> float:
        """Of the looks in which it is known what its processes wait for."""
        return count / self.waits_looks if self.waits_looks else 0.0


def mean(values: Iterable[float | None]) -> float | None:
    """Of those that are known."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def look_at(moments: Sequence[Moment], workload: str) -> Look:
    """Over these moments; those in which the workload is not told count for the machine alone."""
    rows = [row for moment in moments if (row := moment.workloads.get(workload)) is not None]
    waits = [row.waits for row in rows if row.waits is not None]

    def of_rows(value: Callable[[Workload], float | None]) -> float | None:
        return mean(map(value, rows))

    def of_waits(value: Callable[[Waits], float | None]) -> float | None:
        return mean(map(value, waits))

    def of_machine(value: Callable[[Moment], float | None]) -> float | None:
        return mean(map(value, moments))

    gpus = _held_gpus(moments, workload)
    busiest = max(gpus, key=lambda uuid: gpus[uuid] or 0.0, default=None)
    return Look(
        workload=workload,
        cpu_percent=of_rows(lambda row: row.cpu_percent),
        gpu_percent=of_rows(lambda row: row.gpu_percent),
        gpu_memory_bytes=of_rows(lambda row: row.gpu_memory_bytes),
        held_gpus=len(gpus),
        busiest_gpu=busiest,
        busiest_gpu_percent=gpus[busiest] if busiest is not None else None,
        memory_bytes=of_rows(lambda row: row.memory_bytes),
        read_bytes_per_second=of_rows(lambda row: row.read_bytes_per_second),
        write_bytes_per_second=of_rows(lambda row: row.write_bytes_per_second),
        waits_looks=len(waits),
        processes=of_waits(lambda one: one.processes_count) or 0.0,
        stopped_looks=sum(bool(one.stopped_count) for one in waits),
        all_stopped=bool(waits) and all(one.stopped_count and not one.runnable_count for one in waits[-3:]),
        disk_looks=sum(bool(one.disk_count) for one in waits),
        network_looks=sum(bool(one.network_count) for one in waits),
        runnable_looks=sum(bool(one.runnable_count) for one in waits),
        cpu_wait_percent=of_waits(lambda one: one.cpu_wait_percent),
        cpu_wait_share_percent=of_waits(lambda one: one.cpu_wait_share_percent),
        own_cpu_percent=of_waits(lambda one: one.pressure_cpu_percent),
        own_memory_percent=of_waits(lambda one: one.pressure_memory_percent),
        own_io_percent=of_waits(lambda one: one.pressure_io_percent),
        machine_cpu_percent=of_machine(lambda one: one.cpu.usage_percent),
        steal_percent=of_machine(lambda one: one.cpu.times_percent.steal if one.cpu.times_percent else None),
        quota_percent=of_machine(lambda one: one.quota_percent),
        cpu_some_percent=of_machine(lambda one: stall_percent(one.cpu.pressure.some if one.cpu.pressure else None)),
        io_some_percent=of_machine(lambda one: stall_percent(one.disk.pressure.some if one.disk.pressure else None)),
        memory_some_percent=of_machine(
            lambda one: stall_percent(one.memory.pressure.some if one.memory.pressure else None)
        ),
        memory_full_percent=of_machine(
            lambda one: stall_percent(one.memory.pressure.full if one.memory.pressure else None)
        ),
        swap_bytes_per_second=of_machine(_swapped),
    )


def _held_gpus(moments: Sequence[Moment], workload: str) -> dict[str, float | None]:
    """How busy each GPU is that the workload holds at some moment, by its uuid."""
    uses: dict[str, list[float | None]] = {}
    for moment in moments:
        for gpu in held_by(workload, moment):
            uses.setdefault(gpu.uuid, []).append(use_of(gpu))
    return {uuid: mean(told) for uuid, told in uses.items()}


def _swapped(moment: Moment) -> float | None:
    swap = moment.memory.swap
    if swap is None or swap.in_bytes_per_second is None:
        return None
    return swap.in_bytes_per_second + (swap.out_bytes_per_second or 0.0)
