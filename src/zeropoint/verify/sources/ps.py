"""ps, of procps: processes and threads, counted one by one."""

from pathlib import Path

from zeropoint.verify.facts import Facts, SourceError
from zeropoint.verify.source import Tool

# What the first namespace of processes has as its number, include/linux/proc_ns.h.
FIRST_NAMESPACE = "pid:[4026531836]"


def parse_ps(printed: bytes) -> Facts:
    """Of `ps -eLo pid=,stat=,comm=` a line for each thread; its own process is left out."""
    rows = [line.split(None, 2) for line in printed.decode(errors="replace").splitlines() if line.strip()]
    own = {pid for pid, _, name in rows if name == "ps"}
    rows = [row for row in rows if row[0] not in own]
    processes = {int(pid) for pid, _, _ in rows}
    if 1 not in processes:
        raise SourceError("ps: /proc hides the processes of others; that needs root")
    facts: dict[str, float] = {"system.host.process_count": len(processes)}
    if Path("/proc/self/ns/pid").is_symlink() and str(Path("/proc/self/ns/pid").readlink()) == FIRST_NAMESPACE:
        # Elsewhere the kernel's counts are of the whole machine, and ps sees a part of it.
        facts["system.host.thread_count"] = len(rows)
        facts["system.cpu.processes_running"] = sum(state.startswith("R") for _, state, _ in rows)
        facts["system.cpu.processes_blocked"] = sum(state.startswith("D") for _, state, _ in rows)
    return facts


PS = Tool(
    "ps -eLo pid=,stat=,comm=",
    "procps",
    ("system.host.process_count", "system.host.thread_count", "system.cpu.processes_"),
    parse_ps,
    name="ps -eL",
)
