"""PROC/vmstat: memory in pages, which is another file than that of the amounts, and events, read by plain code."""

import mmap
import re
from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files

MANAGED = re.compile(r"^ +managed +(\d+)$", re.MULTILINE)
TOTAL = re.compile(r"^MemTotal: +(\d+) kB$", re.MULTILINE)
SAME_SHARE = 0.01
FREE = "nr_free_pages"
ROWS = {
    FREE: ("system.memory.free_bytes", mmap.PAGESIZE),
    "nr_shmem": ("system.memory.shared_bytes", mmap.PAGESIZE),
    "nr_dirty": ("system.memory.dirty_bytes", mmap.PAGESIZE),
    "pswpin": ("system.memory.swap.in_bytes_total", mmap.PAGESIZE),
    "pswpout": ("system.memory.swap.out_bytes_total", mmap.PAGESIZE),
    "pgmajfault": ("system.memory.major_faults_total", 1),
    "oom_kill": ("system.memory.oom_kills_total", 1),
}


def read_vmstat(roots: Roots) -> Facts:
    rows = dict(line.split() for line in Path(f"{roots.proc}/vmstat").read_text().splitlines())
    if not _counts_what_meminfo_counts(roots):
        rows.pop(FREE, None)
    return {fact: int(rows[name]) * unit for name, (fact, unit) in ROWS.items() if name in rows}


def _counts_what_meminfo_counts(roots: Roots) -> bool:
    """False in a virtual machine whose host has taken memory back: MemTotal and MemFree still have it, pages by zone
    have not (seen: 8 GiB apart)."""
    try:
        zones = Path(f"{roots.proc}/zoneinfo").read_text()
        total = TOTAL.search(Path(f"{roots.proc}/meminfo").read_text())
    except OSError:
        return True
    managed_bytes = sum(map(int, MANAGED.findall(zones))) * mmap.PAGESIZE
    return total is None or abs(managed_bytes - int(total[1]) * 1024) <= SAME_SHARE * managed_bytes


VM_EVENTS = Files("/proc/vmstat, own reading", tuple(fact for fact, _ in ROWS.values()), read_vmstat)
