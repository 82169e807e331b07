"""A receipt in a few lines for people. Pure."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zeropoint.model import Limit, LimitCause, LimitOf, Receipt

BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
CAUSES: "Mapping[LimitCause, str]" = {
    "cpu": "waiting for processors",
    "memory": "waiting for memory",
    "disk": "waiting for disks",
    "cpu-quota": "held back by the CPU quota",
    "memory-limit": "processes were ended at the memory limit",
    "gpu-power": "GPU clocks held down by power",
    "gpu-thermal": "GPU clocks held down by heat",
    "gpu-other": "GPU clocks held down",
}
WHOSE: "Mapping[LimitOf, str]" = {
    "run": "",
    "cgroup": ", with others in its control group",
    "machine": ", of the whole machine",
    "gpu": "",
}


def in_words(receipt: "Receipt") -> Iterator[str]:
    """Lines; what is null is left out, and stands in the record with its reason."""
    wall = receipt.wall_seconds
    first = [f"took {duration(wall)}"] if wall is not None else []
    if receipt.cpu_seconds is not None:
        cores = f" ({receipt.cpu_seconds / wall:.2g} cores)" if wall and wall >= 1 else ""
        first.append(f"{duration(receipt.cpu_seconds)} of CPU{cores}")
    if receipt.gpu_seconds is not None:
        first.append(f"{duration(receipt.gpu_seconds)} of GPU")
    joules = [value for value in (receipt.cpu_energy_joules, receipt.gpu_energy_joules) if value is not None]
    if joules:
        first.append(f"about {energy(sum(joules))}")
    yield ", ".join(first)
    second = []
    if receipt.peak_memory_bytes is not None:
        second.append(f"at most {size(receipt.peak_memory_bytes)} of memory")
    if receipt.peak_gpu_memory_bytes is not None:
        second.append(f"{size(receipt.peak_gpu_memory_bytes)} of GPU memory")
    if receipt.peak_processes is not None:
        second.append(f"{receipt.peak_processes} process{'es' if receipt.peak_processes != 1 else ''}")
    if receipt.read_bytes is not None and receipt.write_bytes is not None:
        second.append(f"disks: {size(receipt.read_bytes)} read, {size(receipt.write_bytes)} written")
    if second:
        yield ", ".join(second)
    for limit in receipt.limits or ():
        yield f"limited: {limit_in_words(limit)}"


def limit_in_words(limit: "Limit") -> str:
    words = CAUSES[limit.cause]
    if limit.seconds is not None and limit.share_percent is not None:
        words += f" for {duration(limit.seconds)}, {limit.share_percent:.3g} % of the time"
    elif limit.count is not None:
        words += f": {limit.count}"
    return words + WHOSE[limit.of]


def duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"


def size(amount: int) -> str:
    value, unit = float(amount), 0
    while value >= 1024 and unit < len(BYTES) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.3g} {BYTES[unit]}" if value < 999.5 else f"{value:.0f} {BYTES[unit]}"


def energy(joules: float) -> str:
    watt_hours = joules / 3600
    return (
        f"{joules:.3g} J"
        if watt_hours < 1
        else f"{watt_hours:.3g} Wh"
        if watt_hours < 1000
        else (f"{watt_hours / 1000:.3g} kWh")
    )
