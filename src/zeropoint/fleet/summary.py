"""What a list of machines shows of each: a few figures of its newest sample, of bounded size."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from zeropoint.fleet.glance import AlertGlance, Glance, GpuGlance, WorkloadGlance
from zeropoint.texts import clean

MOST_ROWS = 8
MOST_WORKLOADS = 3
WORST_FIRST = ("critical", "warning", "info")
# What a severity that is not known yet counts as.
UNKNOWN_SEVERITY = "warning"
# Of a component that only was there once, a list of machines says nothing.
NOT_TOLD = frozenset({"stopped", "absent", "unknown"})


class RunNow(Struct, frozen=True):
    """A run that lives."""

    id: str
    name: str
    kind: str
    step: int | None
    loss: float | None


class VerdictNow(Struct, frozen=True):
    """A verdict that holds."""

    name: str
    subject: str
    says: str


class AlertNow(Struct, frozen=True):
    """A rule that fires."""

    name: str
    severity: Annotated[str, Meta(description="critical, warning, info, or what a newer machine has")]
    says: str


class ComponentNow(Struct, frozen=True):
    name: str
    status: Annotated[str, Meta(description="running, idle, failed, or what a newer machine has")]


class WorkloadNow(Struct, frozen=True):
    id: str
    name: str
    kind: str
    cpu_percent: Annotated[float | None, Meta(description="Of one core")]
    memory_bytes: int | None
    gpu_percent: Annotated[float | None, Meta(description="Of one GPU")]


class Summary(Struct, frozen=True):
    """What a machine does by its newest sample. Of each list the first 8, or 3 workloads; `_count` is how many."""

    host_name: Annotated[str | None, Meta(description="What the machine calls itself")]
    cpu_percent: Annotated[float | None, Meta(description="Of the whole machine")]
    cores_count: int | None
    load_1m: float | None
    memory_percent: float | None
    gpus_count: int
    gpu_percent: Annotated[float | None, Meta(description="Mean use of those that tell it")]
    gpu_percents: Annotated[list[float | None], Meta(description="Use of each")]
    gpu_memory_percent: Annotated[float | None, Meta(description="Of all that tell it")]
    network_bytes_per_second: Annotated[float | None, Meta(description="Received and sent")]
    health: Annotated[str | None, Meta(description="State of the appliance on it")]
    components: list[ComponentNow]
    runs: list[RunNow]
    runs_count: int
    verdicts: list[VerdictNow]
    verdicts_count: int
    alerts: Annotated[list[AlertNow], Meta(description="Those that fire, the worst first")]
    alerts_count: int
    workloads: Annotated[list[WorkloadNow], Meta(description="Those that use most of CPU and GPU")]


def summary_of(sample: Glance) -> Summary:
    system, runs = sample.system, sample.ai.runs or []
    cpu, memory, network, gpus = system.cpu, system.memory, system.network, system.gpus or []
    host = system.host.name if system.host is not None else None
    return Summary(
        host_name=None if host is None else clean(host),
        cpu_percent=None if cpu is None else cpu.usage_percent,
        cores_count=None if cpu is None else cpu.count_logical,
        load_1m=None if cpu is None else cpu.load_1m,
        memory_percent=None if memory is None else memory.usage_percent,
        gpus_count=len(gpus),
        gpu_percent=_mean(gpu.utilization_percent for gpu in gpus),
        gpu_percents=[gpu.utilization_percent for gpu in gpus[:MOST_ROWS]],
        gpu_memory_percent=_gpu_memory_percent(gpus),
        network_bytes_per_second=None
        if network is None
        else _sum((network.bytes_received_per_second, network.bytes_sent_per_second)),
        health=None if sample.server.health is None else clean(sample.server.health),
        components=[
            ComponentNow(clean(name), clean(component.status))
            for name, component in sample.ai.components.items()
            if component.status not in NOT_TOLD
        ][:MOST_ROWS],
        runs=[RunNow(clean(run.id), clean(run.name), clean(run.kind), run.step, run.loss) for run in runs[:MOST_ROWS]],
        runs_count=len(runs),
        verdicts=[
            VerdictNow(clean(one.name), clean(one.subject), clean(one.says)) for one in sample.verdicts[:MOST_ROWS]
        ],
        verdicts_count=len(sample.verdicts),
        alerts=[
            AlertNow(clean(one.name), clean(one.severity), clean(one.says)) for one in _worst(sample.alerts)[:MOST_ROWS]
        ],
        alerts_count=len(sample.alerts),
        workloads=[_workload(one) for one in _busiest(sample.ledger.workloads or [])] if sample.ledger else [],
    )


def _worst(alerts: Iterable[AlertGlance]) -> list[AlertGlance]:
    known = ((one.severity if one.severity in WORST_FIRST else UNKNOWN_SEVERITY, one) for one in alerts)
    return [one for _, one in sorted(known, key=lambda pair: WORST_FIRST.index(pair[0]))]


def _busiest(workloads: Iterable[WorkloadGlance]) -> list[WorkloadGlance]:
    used = [one for one in workloads if (one.cpu_percent or 0) + (one.gpu_percent or 0) > 0]
    return sorted(used, key=lambda one: (one.cpu_percent or 0) + (one.gpu_percent or 0), reverse=True)[:MOST_WORKLOADS]


def _workload(one: WorkloadGlance) -> WorkloadNow:
    return WorkloadNow(
        clean(one.id), clean(one.name), clean(one.kind), one.cpu_percent, one.memory_bytes, one.gpu_percent
    )


def _gpu_memory_percent(gpus: Iterable[GpuGlance]) -> float | None:
    told = [(gpu.memory_used_bytes, gpu.memory_total_bytes) for gpu in gpus]
    known = [(used, total) for used, total in told if used is not None and total]
    total = sum(total for _, total in known)
    return round(100 * sum(used for used, _ in known) / total, 3) if total else None


def _mean(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return round(sum(known) / len(known), 3) if known else None


def _sum(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
