"""PROC/vmstat: memory in pages, which is another file than that of the amounts, and events, read by plain code."""

import mmap
from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files

# Not nr_free_pages: in a virtual machine whose host has taken memory back, MemTotal and MemFree still have it, and this
# file has not (seen: 8 GiB apart, as /proc/zoneinfo's managed pages are from MemTotal).
ROWS = {
    "nr_shmem": ("system.memory.shared_bytes", mmap.PAGESIZE),
    "nr_dirty": ("system.memory.dirty_bytes", mmap.PAGESIZE),
    "pswpin": ("system.memory.swap.in_bytes_total", mmap.PAGESIZE),
    "pswpout": ("system.memory.swap.out_bytes_total", mmap.PAGESIZE),
    "pgmajfault": ("system.memory.major_faults_total", 1),
    "oom_kill": ("system.memory.oom_kills_total", 1),
}


def read_vmstat(roots: Roots) -> Facts:
    rows = dict(line.split() for line in Path(f"{roots.proc}/vmstat").read_text().splitlines())
    return {fact: int(rows[name]) * unit for name, (fact, unit) in ROWS.items() if name in rows}


VM_EVENTS = Files("/proc/vmstat, own reading", tuple(fact for fact, _ in ROWS.values()), read_vmstat)
