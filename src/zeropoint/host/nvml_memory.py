"""The memory of an NVIDIA GPU; of an integrated one (GB10, Jetson), which has none, the machine's."""

from zeropoint.host.gpu_report import share
from zeropoint.host.memory import parse_meminfo
from zeropoint.host.nvml import NOT_SUPPORTED
from zeropoint.host.nvml_session import Device, NvmlSession, Refused
from zeropoint.model import GpuProcess
from zeropoint.probe import Absent, Roots, read_file

OWN_MEMORY = Absent("it has memory of its own")
MACHINE_MEMORY = Absent("it has none of its own and uses the machine's memory")


def memory(
    nvml: NvmlSession, device: Device, processes: list[GpuProcess] | Absent, roots: Roots
) -> dict[str, int | float | Absent]:
    """Its memory; of an integrated GPU (GB10, Jetson), which has none, the machine's, and what is held of that."""
    # The second version counts the driver's own reserve apart from what is used; old drivers lack it.
    told = nvml.ask(nvml.api.nvmlDeviceGetMemoryInfo, device.handle, nvml.api.nvmlMemory_v2)
    if isinstance(told, Absent):
        told = nvml.ask(nvml.api.nvmlDeviceGetMemoryInfo, device.handle)
    if not isinstance(told, Absent):
        return {
            "memory_total_bytes": told.total,
            "memory_used_bytes": told.used,
            "memory_usage_percent": share(told.used, told.total),
            "shared_memory_total_bytes": OWN_MEMORY,
            "shared_memory_used_bytes": OWN_MEMORY,
        }
    integrated = isinstance(told, Refused) and told.code == NOT_SUPPORTED
    reason = MACHINE_MEMORY if integrated else told
    return {
        **dict.fromkeys(("memory_total_bytes", "memory_used_bytes", "memory_usage_percent"), reason),
        "shared_memory_total_bytes": _machine_memory(roots) if integrated else told,
        "shared_memory_used_bytes": _held(processes) if integrated else told,
    }


def _machine_memory(roots: Roots) -> int | Absent:
    try:
        return parse_meminfo(read_file(f"{roots.proc}/meminfo"))[b"MemTotal"]
    except (OSError, ValueError, KeyError):
        return Absent("/proc/meminfo does not tell it")


def _held(processes: list[GpuProcess] | Absent) -> int | Absent:
    """What its processes hold together."""
    if isinstance(processes, Absent):
        return processes
    held = [process.memory_bytes for process in processes]
    told = [memory for memory in held if memory is not None]
    return sum(told) if len(told) == len(held) else Absent("the memory of some of its processes is not told")
