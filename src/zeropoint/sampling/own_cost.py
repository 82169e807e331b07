"""What the appliance itself costs: its CPU time and memory, for the self-report in each sample."""

import mmap
import sys
import time

from msgspec import Struct

from zeropoint.probe import read_file

PAGE_BYTES = mmap.PAGESIZE


class OwnCost(Struct, frozen=True):
    cpu_seconds_total: float
    cpu_percent: float | None
    memory_bytes: int | None


class OwnCostMeter:
    """Reads the process's own counters. CPU is percent of one core since the last reading."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None

    def read(self) -> OwnCost:
        now, cpu_seconds = time.monotonic(), time.process_time()
        percent = None
        if self._last is not None and now > self._last[0]:
            percent = 100.0 * (cpu_seconds - self._last[1]) / (now - self._last[0])
        self._last = (now, cpu_seconds)
        return OwnCost(cpu_seconds, percent, resident_bytes())


def resident_bytes() -> int | None:
    """Resident memory of this process; None where the system does not tell."""
    if sys.platform == "linux":
        return int(read_file("/proc/self/statm").split()[1]) * PAGE_BYTES
    try:
        import psutil  # noqa: PLC0415 - a dependency of systems without /proc only
    except ImportError:
        return None
    return int(psutil.Process().memory_info().rss)
