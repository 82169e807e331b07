"""Windows for the rules: made ones, a moment a second, and such as were recorded of real causes."""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from zeropoint.insight.verdicts.moment import moment_of
from zeropoint.insight.verdicts.observer import Observer
from zeropoint.insight.verdicts.rule import Finding, Rule
from zeropoint.insight.verdicts.window import Window
from zeropoint.model import (
    Ai,
    Basis,
    Component,
    Cpu,
    CpuTimes,
    Disk,
    Filesystem,
    Gpu,
    GpuProcess,
    Ledger,
    LiveRun,
    Memory,
    Pressure,
    Sample,
    Server,
    Stall,
    Swap,
    System,
    Verdict,
    Waits,
    Workload,
    WorkloadKind,
)

BEGIN = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
BASIS = Basis(found_by="process-tree", cpu="clocks", memory="pss", power="none")
RUN, NAME = "run:digits/1", "digits"
GIB = 2**30
RECORDED = Path(__file__).parent / "recorded"


def pressure(some: float, full: float = 0.0) -> Pressure:
    return Pressure(some=Stall(now_percent=some), full=Stall(now_percent=full))


def machine(
    *,
    cpu: float = 30.0,
    psi_cpu: float = 1.0,
    psi_io: float = 0.0,
    psi_memory: float = 0.0,
    steal: float = 0.0,
    swap: float = 0.0,
    available: int = 16 * GIB,
    gpus: Sequence[Gpu] = (),
    filesystems: Sequence[Filesystem] = (),
) -> System:
    """One that is well, but for what is said."""
    return System(
        cpu=Cpu(usage_percent=cpu, pressure=pressure(psi_cpu), times_percent=CpuTimes(steal=steal), frequency_hz=3e9),
        memory=Memory(
            total_bytes=32 * GIB,
            available_bytes=available,
            usage_percent=50.0,
            pressure=pressure(psi_memory, psi_memory),
            swap=Swap(in_bytes_per_second=swap, out_bytes_per_second=0.0),
        ),
        disk=Disk(pressure=pressure(psi_io), filesystems=list(filesystems)),
        gpus=list(gpus),
    )


def waits(**changes: Any) -> Waits:
    usual = {
        "processes_count": 1,
        "runnable_count": 1,
        "stopped_count": 0,
        "disk_count": 0,
        "network_count": 0,
        "cpu_wait_percent": 1.0,
        "cpu_wait_share_percent": 1.0,
    }
    return Waits(**{**usual, **changes})


def row(
    id: str = RUN,
    name: str = NAME,
    kind: WorkloadKind = "run",
    waits: Waits | None = waits(),  # noqa: B008 - it is frozen
    **numbers: Any,
) -> Workload:
    usual = {"pids_count": 1, "cpu_percent": 90.0, "memory_bytes": GIB, "read_bytes_per_second": 0.0}
    return Workload(id=id, name=name, kind=kind, user="ada", basis=BASIS, waits=waits, **{**usual, **numbers})


def program(name: str, **numbers: Any) -> Workload:
    return row(f"program:{name} (ada)", name, "program", None, **numbers)


def gpu(parts: dict[int, float], *, uuid: str = "GPU-1", index: int = 0, **changes: Any) -> Gpu:
    """One that these processes, by pid, have so many percent of: 8 is Blender, all others are Python."""
    processes = [
        GpuProcess(pid=pid, name="blender" if pid == 8 else "python", utilization_percent=part)
        for pid, part in parts.items()
    ]
    usual: dict[str, Any] = {"utilization_percent": min(100.0, sum(parts.values())), "throttle_reasons": []}
    return Gpu(uuid=uuid, index=index, name="H100", processes=processes, **{**usual, **changes})


def run(step: int, age: float = 0.1, step_seconds: float = 0.1, usual: float = 0.1, gap: float | None = 0.1) -> LiveRun:
    return LiveRun(
        id="digits/1",
        name=NAME,
        kind="tinygrad",
        pid=7,
        step=step,
        step_seconds=step_seconds,
        usual_step_seconds=usual,
        usual_row_seconds=gap,
        row_age_seconds=age,
    )


def sample(
    second: float,
    *,
    system: System | None = None,
    workloads: Iterable[Workload] = (),
    runs: Iterable[LiveRun] = (),
    components: dict[str, Component] | None = None,
) -> Sample:
    at = (BEGIN + timedelta(seconds=second)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Sample(
        id=f"e1-{round(second * 1000)}",
        timestamp=at,
        interval_seconds=1.0,
        system=system or machine(),
        ai=Ai(components=components or {}, runs=list(runs)),
        ledger=Ledger(workloads=list(workloads)),
        server=Server(),
        unavailable=[],
    )


Make = Callable[[int], Sample]


def told(make: Make, seconds: int, observer: Observer | None = None) -> list[Verdict]:
    """The verdicts that hold after so many samples, one a second."""
    observer = observer or Observer()
    verdicts: list[Verdict] = []
    for second in range(seconds):
        verdicts = observer.observe(make(second))
    return verdicts


def ever(make: Make, seconds: int) -> set[tuple[str, str]]:
    """Name and cause of each verdict that held at some time."""
    observer = Observer()
    return {(one.name, one.cause) for second in range(seconds) for one in observer.observe(make(second))}


def found(rule: Rule, make: Make, seconds: int, held: Iterable[str] = ()) -> list[Finding]:
    """What a rule finds in the window of so many samples."""
    window = Window()
    for second in range(seconds):
        window.add(moment_of(make(second)))
    return [*rule.look(window, frozenset(held))]


def training(second: int, row_of: Callable[[int], Workload] = lambda _: row(), **system: Any) -> Sample:
    """Ten steps a second on a machine that is well, but for what is said."""
    return sample(second, system=machine(**system), workloads=[row_of(second)], runs=[run(10 * second)])


def stalled_from(second: int, begin: int, waiting: Workload, *others: Workload, **system: Any) -> Sample:
    """A training that makes no step from a second on, and then looks like this."""
    if second < begin:
        return training(second)
    step, age = 10 * (begin - 1), second - begin + 1
    return sample(second, system=machine(**system), workloads=[waiting, *others], runs=[run(step, age=age)])


def recorded(name: str) -> Iterator[Sample]:
    """Samples of a real process, a JSON object a line, with what the rules read of them."""
    for line in gzip.decompress((RECORDED / f"{name}.jsonl.gz").read_bytes()).splitlines():
        yield msgspec.convert(json.loads(line), Sample)
