"""Resident memory of a process, now and as it goes."""

import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EVERY_SECONDS = 1.0


def resident_bytes(pid: int) -> int:
    """proc(5), VmRSS in /proc/PID/status, which is in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * 1024


def mib(size_bytes: float) -> str:
    return f"{size_bytes / 2**20:.1f} MiB"


@contextmanager
def followed(pid: int) -> Iterator[list[int]]:
    """The list grows by a reading a second, for as long as the block lasts."""
    readings, is_over = [resident_bytes(pid)], threading.Event()

    def follow() -> None:
        while not is_over.wait(EVERY_SECONDS):
            readings.append(resident_bytes(pid))

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        yield readings
    finally:
        is_over.set()
        thread.join()


def third_and_last_quarter(readings: list[int]) -> tuple[float, float]:
    """Their medians: the first half is where what is kept (the ring of samples, pools of the allocator) fills."""
    quarter = len(readings) // 4
    return statistics.median(readings[2 * quarter : 3 * quarter]), statistics.median(readings[3 * quarter :])
