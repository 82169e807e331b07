"""PROC/loadavg, read by plain code."""

from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files


def read_loadavg(roots: Roots) -> Facts:
    one, five, fifteen, tasks, _ = Path(f"{roots.proc}/loadavg").read_text().split()
    return {
        "system.cpu.load_1m": float(one),
        "system.cpu.load_5m": float(five),
        "system.cpu.load_15m": float(fifteen),
        "system.host.thread_count": int(tasks.split("/")[1]),
    }


LOADAVG = Files("/proc/loadavg, own reading", ("system.cpu.load_", "system.host.thread_count"), read_loadavg)
