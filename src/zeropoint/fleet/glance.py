"""What a hub reads of each sample that comes: the parts of the model that it tells of machines, by the model's names.

A thousand samples a second are read so. All else is looked over for being JSON, and goes on to readers as it came: to
read it too would take several times as long.
"""

from msgspec import Struct

from zeropoint.fleet.identity import Machine
from zeropoint.model import Health, Severity, Status, WorkloadKind


class CpuGlance(Struct, gc=False):
    usage_percent: float | None = None
    count_logical: int | None = None
    load_1m: float | None = None


class MemoryGlance(Struct, gc=False):
    usage_percent: float | None = None


class NetworkGlance(Struct, gc=False):
    bytes_received_per_second: float | None = None
    bytes_sent_per_second: float | None = None


class HostGlance(Struct, gc=False):
    name: str | None = None


class GpuGlance(Struct, gc=False):
    utilization_percent: float | None = None
    memory_used_bytes: int | None = None
    memory_total_bytes: int | None = None


class SystemGlance(Struct, gc=False):
    cpu: CpuGlance | None = None
    memory: MemoryGlance | None = None
    network: NetworkGlance | None = None
    host: HostGlance | None = None
    gpus: list[GpuGlance] | None = None


class ComponentGlance(Struct, gc=False):
    status: Status


class RunGlance(Struct, gc=False):
    id: str
    name: str
    kind: str
    step: int | None = None
    loss: float | None = None


class AiGlance(Struct, gc=False):
    components: dict[str, ComponentGlance]
    runs: list[RunGlance] | None = None


class VerdictGlance(Struct, gc=False):
    name: str
    subject: str
    says: str


class AlertGlance(Struct, gc=False):
    name: str
    severity: Severity
    says: str


class WorkloadGlance(Struct, gc=False):
    id: str
    name: str
    kind: WorkloadKind
    cpu_percent: float | None = None
    memory_bytes: int | None = None
    gpu_percent: float | None = None


class LedgerGlance(Struct, gc=False):
    workloads: list[WorkloadGlance] | None = None


class ServerGlance(Struct, gc=False):
    health: Health | None = None


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
