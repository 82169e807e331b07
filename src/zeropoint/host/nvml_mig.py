"""Partitions of a GPU: Multi-Instance GPU (docs.nvidia.com/datacenter/tesla/mig-user-guide).

With MIG on, the driver tells no use of the GPU as a whole. Where it keeps GPU performance monitoring counters (GPM,
since Hopper), it tells the use of each GPU instance; the compute instances within one share it.
"""

from typing import Any

from msgspec import Struct

from zeropoint.host.gpu_report import share
from zeropoint.host.nvml import NOT_FOUND
from zeropoint.host.nvml_session import Device, NvmlSession, Refused
from zeropoint.model import MigInstance
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Missing

LAYOUT_SECONDS = 10.0  # partitions are made by hand


class Partition(Struct, frozen=True):
    handle: Any
    uuid: str
    name: str | Absent
    gpu_instance_id: int | Absent
    compute_instance_id: int | Absent


class MigInstances:
    """The partitions of one GPU. After read(): `partitions` of them, or why they are not told; empty with MIG off."""

    def __init__(self) -> None:
        self.partitions: list[Partition] | Absent = []
        self._looked_at: float | None = None
        self._samples: dict[int, Any] = {}

    @property
    def is_on(self) -> bool:
        return not isinstance(self.partitions, Absent) and bool(self.partitions)

    def read(self, nvml: NvmlSession, device: Device, now: float) -> None:
        if self._looked_at is None or now - self._looked_at >= LAYOUT_SECONDS:
            self._looked_at = now
            self.partitions = partitions(nvml, device)
            found = [] if isinstance(self.partitions, Absent) else self.partitions
            instances = {one.gpu_instance_id for one in found}
            for gone in self._samples.keys() - instances:
                nvml.ask(nvml.api.nvmlGpmSampleFree, self._samples.pop(gone))

    def rows(self, nvml: NvmlSession, device: Device, at: str, missing: Missing) -> list[MigInstance] | Absent:
        if isinstance(self.partitions, Absent):
            return self.partitions
        shares: dict[Any, float | Absent] = {}
        for one in self.partitions:
            if one.gpu_instance_id not in shares:
                shares[one.gpu_instance_id] = self._utilization(nvml, device, one.gpu_instance_id)
        return [
            _row(nvml, one, shares[one.gpu_instance_id], f"{at}[{number}].", missing)
            for number, one in enumerate(self.partitions)
        ]

    def _utilization(self, nvml: NvmlSession, device: Device, instance: int | Absent) -> float | Absent:
        """Share of the time since the last reading in which anything ran on the GPU instance."""
        if isinstance(instance, Absent):
            return instance
        support = nvml.ask(nvml.api.nvmlGpmQueryDeviceSupport, device.handle)
        if isinstance(support, Absent):
            return support
        if not support.isSupportedDevice:
            return Absent("this GPU keeps no counters of its partitions' use")
        sample = nvml.ask(nvml.api.nvmlGpmSampleAlloc)
        taken = nvml.ask(nvml.api.nvmlGpmMigSampleGet, device.handle, instance, sample)
        if isinstance(sample, Absent) or isinstance(taken, Absent):
            if not isinstance(sample, Absent):
                nvml.ask(nvml.api.nvmlGpmSampleFree, sample)
            return taken
        before, self._samples[instance] = self._samples.get(instance), sample
        if before is None:
            return Absent(NEEDS_TWO_READINGS)
        percent = _between(nvml, before, sample)
        nvml.ask(nvml.api.nvmlGpmSampleFree, before)
        return percent


def _between(nvml: NvmlSession, before: Any, after: Any) -> float | Absent:
    wanted = nvml.api.c_nvmlGpmMetricsGet_t()
    wanted.version, wanted.numMetrics = nvml.api.NVML_GPM_METRICS_GET_VERSION, 1
    wanted.sample1, wanted.sample2 = before, after
    wanted.metrics[0].metricId = nvml.api.NVML_GPM_METRIC_GRAPHICS_UTIL
    answer = nvml.ask(nvml.api.nvmlGpmMetricsGet, wanted)
    if isinstance(answer, Absent):
        return answer
    metric = answer.metrics[0]
    if metric.nvmlReturn:
        return Absent("the driver cannot tell it for this interval")
    return min(100.0, max(0.0, float(metric.value)))


def partitions(nvml: NvmlSession, device: Device) -> list[Partition] | Absent:
    """The partitions that the GPU has now; none with MIG off, or on a GPU that knows no MIG."""
    mode = nvml.ask(nvml.api.nvmlDeviceGetMigMode, device.handle)
    if isinstance(mode, Absent):
        return mode
    if mode[0] != nvml.api.NVML_DEVICE_MIG_ENABLE:
        return []
    places = nvml.ask(nvml.api.nvmlDeviceGetMaxMigDeviceCount, device.handle)
    if isinstance(places, Absent):
        return places
    found: list[Partition] = []
    refusal: Absent | None = None
    for place in range(places):
        handle = nvml.ask(nvml.api.nvmlDeviceGetMigDeviceHandleByIndex, device.handle, place)
        uuid = nvml.ask(nvml.api.nvmlDeviceGetUUID, handle)
        if isinstance(uuid, Absent):
            if not (isinstance(uuid, Refused) and uuid.code == NOT_FOUND):  # so an empty place answers
                refusal = uuid
            continue
        found.append(
            Partition(
                handle,
                uuid,
                nvml.name_of(handle),
                nvml.ask(nvml.api.nvmlDeviceGetGpuInstanceId, handle),
                nvml.ask(nvml.api.nvmlDeviceGetComputeInstanceId, handle),
            )
        )
    return refusal if refusal is not None and not found else found


def _row(nvml: NvmlSession, one: Partition, used: float | Absent, at: str, missing: Missing) -> MigInstance:
    memory = nvml.ask(nvml.api.nvmlDeviceGetMemoryInfo, one.handle)
    total, held = (memory, memory) if isinstance(memory, Absent) else (memory.total, memory.used)
    values = {
        "name": one.name,
        "gpu_instance_id": one.gpu_instance_id,
        "compute_instance_id": one.compute_instance_id,
        "utilization_percent": used,
        "memory_total_bytes": total,
        "memory_used_bytes": held,
        "memory_usage_percent": share(held, total),
    }
    return MigInstance(uuid=one.uuid, **{field: missing.take(at + field, value) for field, value in values.items()})
