"""What the rules see of one sample: parts of it, found by what they are of."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from zeropoint.model import Component, Cpu, Disk, Filesystem, Gpu, LiveRun, Memory, Sample, Stall, Workload

RUN, COMPONENT = "run:", "component:"


class Moment(Struct, frozen=True):
    """`at` is in seconds since 1970. `workloads` are the ledger's rows by id."""

    at: float
    interval_seconds: float
    cpu: Cpu
    memory: Memory
    disk: Disk
    gpus: tuple[Gpu, ...]
    quota_percent: float | None
    memory_limit_left_bytes: int | None
    workloads: Mapping[str, Workload]
    runs: tuple[LiveRun, ...]
    components: Mapping[str, Component]

    def filesystems(self) -> Iterator[Filesystem]:
        yield from self.disk.filesystems or ()


def moment_of(sample: Sample) -> Moment:
    """Raises ValueError where its time is none."""
    system, ledger = sample.system, sample.ledger
    container = system.host.container if system.host is not None else None
    limit = container.memory_limit_bytes if container else None
    used = container.memory_used_bytes if container else None
    return Moment(
        at=datetime.fromisoformat(sample.timestamp).timestamp(),
        interval_seconds=sample.interval_seconds,
        cpu=system.cpu or Cpu(),
        memory=system.memory or Memory(),
        disk=system.disk or Disk(),
        gpus=tuple(system.gpus or ()),
        quota_percent=container.cpu_throttled_percent if container else None,
        memory_limit_left_bytes=None if limit is None or used is None else max(0, limit - used),
        workloads={row.id: row for row in (ledger.workloads if ledger else None) or ()},
        runs=tuple(sample.ai.runs or ()),
        components=sample.ai.components,
    )


def stall_percent(stall: Stall | None) -> float | None:
    """How much of the last interval tasks were stalled."""
    return None if stall is None else stall.now_percent
