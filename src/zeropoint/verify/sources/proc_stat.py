"""PROC/stat and the files beside it that tell of processors, read by plain code."""

import os
from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts, Range
from zeropoint.verify.source import Files

MODES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
IDLE = ("idle", "iowait")


def read_stat(roots: Roots) -> Facts:
    """The sums over the cores' lines stand for the machine's own line, unless a core is offline: its time is in that.

    Each line is cut to whole ticks, so the sum may be short by one for each core.
    """
    rows = [line.split() for line in Path(f"{roots.proc}/stat").read_text().splitlines()]
    hertz = os.sysconf("SC_CLK_TCK")
    cores = {
        row[0][3:]: [int(each) for each in row[1:9]] for row in rows if row[0].startswith("cpu") and row[0] != "cpu"
    }
    facts: dict[str, float | Range] = {}
    for number, ticks in cores.items():
        idle = sum(ticks[MODES.index(mode)] for mode in IDLE if MODES.index(mode) < len(ticks))
        facts[f"system.cpu.per_core_percent.{number}.idle"] = idle / hertz
        facts[f"system.cpu.per_core_percent.{number}.busy"] = (sum(ticks) - idle) / hertz
    if cores and _present(roots) == len(cores):
        for mode, each in zip(MODES, zip(*cores.values(), strict=True), strict=False):
            facts[f"system.cpu.times_seconds.{mode}_seconds_total"] = Range(
                sum(each) / hertz, (sum(each) + len(cores)) / hertz
            )
    counts = {
        row[0]: int(row[1]) for row in rows if row[0] in {"ctxt", "intr", "procs_running", "procs_blocked", "btime"}
    }
    facts["system.cpu.context_switches_total"] = counts["ctxt"]
    facts["system.cpu.interrupts_total"] = counts["intr"]
    if "procs_running" in counts:
        facts["system.cpu.processes_running"] = counts["procs_running"]
        facts["system.cpu.processes_blocked"] = counts["procs_blocked"]
    facts["system.host.boot_time"] = counts["btime"]
    return facts


def _present(roots: Roots) -> int:
    """How many cores there are, offline ones too: "0-7"."""
    try:
        text = Path(f"{roots.sys}/devices/system/cpu/present").read_text()
    except FileNotFoundError:
        return 0
    ranges = [part.partition("-") for part in text.strip().split(",")]
    return sum(int(last or first) - int(first) + 1 for first, _, last in ranges)


PROC_STAT = Files("/proc/stat, own reading", ("system.cpu.", "system.host.boot_time"), read_stat)
