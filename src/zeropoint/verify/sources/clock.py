"""Time since boot: the kernel's clock of it here, PROC/uptime elsewhere."""

import time
from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts, Range
from zeropoint.verify.source import Files


def read_clock(_: Roots) -> Facts:
    up = time.clock_gettime(time.CLOCK_BOOTTIME)
    # The kernel tells hundredths in PROC/uptime, and the boot in whole seconds.
    booted = time.time() - up
    return {"system.host.uptime_seconds": Range(up - 0.01, up), "system.host.boot_time": Range(booted - 1, booted + 1)}


def read_uptime(roots: Roots) -> Facts:
    return {"system.host.uptime_seconds": float(Path(f"{roots.proc}/uptime").read_text().split()[0])}


CLOCK = Files(
    "clock_gettime(CLOCK_BOOTTIME)", ("system.host.uptime_seconds", "system.host.boot_time"), read_clock, only_here=True
)
UPTIME_FILE = Files("/proc/uptime, own reading", ("system.host.uptime_seconds",), read_uptime)
