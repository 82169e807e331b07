"""What a hub reads of each sample that comes: the parts of the model that it tells of machines, by the model's names.

A thousand samples a second are read so. All else is looked over for being JSON, and goes on to readers as it came: to
read it too would take several times as long.

A machine may be newer than the hub: words that the model lists are any text here. Numbers are those that fit into 64
bits: JSON has longer ones, with which nothing can be reckoned.
"""

from typing import Annotated

from msgspec import Meta, Struct

from zeropoint.fleet.identity import Machine

Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Number = Annotated[float, Meta(ge=-(2.0**63), le=2.0**63)]


class CpuGlance(Struct, gc=False):
    usage_percent: Number | None = None
    count_logical: Whole | None = None
    load_1m: Number | None = None


class MemoryGlance(Struct, gc=False):
    usage_percent: Number | None = None


class NetworkGlance(Struct, gc=False):
    bytes_received_per_second: Number | None = None
    bytes_sent_per_second: Number | None = None


class HostGlance(Struct, gc=False):
    name: str | None = None


class GpuGlance(Struct, gc=False):
    utilization_percent: Number | None = None
    memory_used_bytes: Whole | None = None
    memory_total_bytes: Whole | None = None


class SystemGlance(Struct, gc=False):
    cpu: CpuGlance | None = None
    memory: MemoryGlance | None = None
    network: NetworkGlance | None = None
    host: HostGlance | None = None
    gpus: list[GpuGlance] | None = None


class ComponentGlance(Struct, gc=False):
    status: str


class RunGlance(Struct, gc=False):
    id: str
    name: str
    kind: str
    step: Whole | None = None
    loss: Number | None = None


class AiGlance(Struct, gc=False):
    components: dict[str, ComponentGlance]
    runs: list[RunGlance] | None = None


class VerdictGlance(Struct, gc=False):
    name: str
    subject: str
    says: str


class AlertGlance(Struct, gc=False):
    name: str
    severity: str
    says: str


class WorkloadGlance(Struct, gc=False):
    id: str
    name: str
    kind: str
    cpu_percent: Number | None = None
    memory_bytes: Whole | None = None
    gpu_percent: Number | None = None


class LedgerGlance(Struct, gc=False):
    workloads: list[WorkloadGlance] | None = None


class ServerGlance(Struct, gc=False):
    health: str | None = None


class Glance(Struct, gc=False):
    """A sample of a machine."""

    host: Machine
    id: str
    timestamp: str
    interval_seconds: float
    system: SystemGlance
    ai: AiGlance
    server: ServerGlance
    verdicts: list[VerdictGlance] = []
    alerts: list[AlertGlance] = []
    ledger: LedgerGlance | None = None
