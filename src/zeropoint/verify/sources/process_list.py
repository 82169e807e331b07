"""The processes in PROC, counted by plain code."""

from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files


def count_processes(roots: Roots) -> Facts:
    return {"system.host.process_count": len([each for each in Path(roots.proc).iterdir() if each.name.isdigit()])}


PROCESS_LIST = Files("/proc, own reading", ("system.host.process_count",), count_processes)
