"""What NVML's numbers mean (docs.nvidia.com/deploy/nvml-api, nvml.h), apart from asking for them."""

from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Protocol

from msgspec import Struct

# nvmlReturn_t of nvml.h. The numbers are the library's ABI.
SUCCESS, UNINITIALIZED, NOT_SUPPORTED, NOT_FOUND = 0, 1, 3, 6
DRIVER_NOT_LOADED, LIBRARY_NOT_FOUND, FUNCTION_NOT_FOUND = 9, 12, 13
GPU_IS_LOST, RESET_REQUIRED = 15, 16
REASONS: Mapping[int, str] = {
    UNINITIALIZED: "NVML lost its connection to the driver",
    2: "not supported by this GPU",  # "invalid argument": a sensor or clock that this GPU does not have
    NOT_SUPPORTED: "not supported by this GPU",
    4: "needs more permission",
    NOT_FOUND: "the driver has no such entry",
    8: "the GPU lacks external power",
    DRIVER_NOT_LOADED: "no NVIDIA driver loaded",
    10: "the driver did not answer in time",
    11: "the kernel found a problem with the GPU's interrupt",
    LIBRARY_NOT_FOUND: "NVML library not found",
    FUNCTION_NOT_FOUND: "not told by this version of the driver",
    14: "the GPU's infoROM is corrupted",
    GPU_IS_LOST: "the GPU has fallen off the bus",
    RESET_REQUIRED: "the GPU needs a reset",
    17: "the operating system blocks the driver",
    18: "the driver and its library have different versions; a reboot is due",
    21: "the driver has no data",
    25: "not told by this version of the driver",
    26: "not told by this version of the driver",
    27: "the GPU is not ready",
}
ABSENT = frozenset({LIBRARY_NOT_FOUND, DRIVER_NOT_LOADED})
# After one of these only a new start of NVML helps.
LOST = frozenset({UNINITIALIZED, DRIVER_NOT_LOADED, GPU_IS_LOST, RESET_REQUIRED})

# nvmlClocksEventReasons. Bit 0, "GPU idle", is left out: an idle GPU is not held down.
THROTTLE_REASONS: Mapping[int, str] = {
    0x2: "application clocks setting",
    0x4: "software power cap",
    0x8: "hardware slowdown",
    0x10: "sync boost",
    0x20: "software thermal slowdown",
    0x40: "hardware thermal slowdown",
    0x80: "hardware power brake",
    0x100: "display clock setting",
    0x200: "board limit",
    0x400: "reliability",
}


class ProcessOnGpu(Protocol):
    """What nvmlDeviceGet...RunningProcesses tells of one process; memory is None under Windows' own memory manager."""

    pid: int
    usedGpuMemory: int | None  # noqa: N815 - NVML's name


class ProcessSample(Protocol):
    """nvmlProcessUtilizationSample_t."""

    pid: int
    timeStamp: int  # noqa: N815 - NVML's name
    smUtil: int  # noqa: N815 - NVML's name
    encUtil: int  # noqa: N815 - NVML's name
    decUtil: int  # noqa: N815 - NVML's name


class Shares(Struct, frozen=True):
    """Percent of the time in which a process kept the multiprocessors, the encoder and the decoder busy."""

    sm: float = 0.0
    encoder: float = 0.0
    decoder: float = 0.0


def reason_of(code: int) -> str:
    """Plain words for an nvmlReturn_t."""
    return REASONS.get(code, f"NVML answers with error {code}")


def throttle_names(bits: int) -> list[str]:
    """The names in a set of nvmlClocksEventReasons; a bit that is not known is told by its number."""
    return [
        THROTTLE_REASONS.get(1 << place, f"reason {1 << place:#x}")
        for place in range(1, bits.bit_length())
        if bits >> place & 1
    ]


def memory_of_processes(*lists: Iterable[ProcessOnGpu]) -> dict[int, int | None]:
    """Memory by process. One list names a process once for each partition it uses; a process that both computes and
    draws is in both lists with the same memory."""
    merged: dict[int, int | None] = {}
    for processes in lists:
        sums: dict[int, int | None] = {}
        for process in processes:
            before = sums.get(process.pid, 0)
            told = process.usedGpuMemory
            sums[process.pid] = None if before is None or told is None else before + told
        for pid, memory in sums.items():
            other = merged.get(pid)
            merged[pid] = memory if other is None else max(other, memory or 0)
    return merged


def utilization_of_processes(samples: Iterable[ProcessSample], after: int) -> dict[int, Shares]:
    """Mean shares of the GPU's time by process over the samples later than `after` (microseconds).

    The driver's buffer is known to hold rows that were never filled: their shares are beyond 100.
    """
    taken: dict[int, list[ProcessSample]] = {}
    for sample in samples:
        if sample.timeStamp > after and sample.smUtil <= 100:
            taken.setdefault(sample.pid, []).append(sample)
    return {
        pid: Shares(
            fmean(sample.smUtil for sample in rows),
            fmean(min(100, sample.encUtil) for sample in rows),
            fmean(min(100, sample.decUtil) for sample in rows),
        )
        for pid, rows in taken.items()
    }
