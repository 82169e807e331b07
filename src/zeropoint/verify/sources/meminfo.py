"""PROC/meminfo, read by plain code, and PROC/swaps."""

from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files

ROWS = {
    "MemTotal": "total",
    "MemAvailable": "available",
    "MemFree": "free",
    "Buffers": "buffers",
    "Shmem": "shared",
    "Dirty": "dirty",
    "Committed_AS": "committed",
}


def read_meminfo(roots: Roots) -> Facts:
    kib: dict[str, int] = {}
    for line in Path(f"{roots.proc}/meminfo").read_text().splitlines():
        name, _, rest = line.partition(":")
        kib[name] = int(rest.split()[0])
    facts: dict[str, float] = {
        f"system.memory.{ours}_bytes": kib[name] * 1024 for name, ours in ROWS.items() if name in kib
    }
    facts["system.memory.cached_bytes"] = (kib["Cached"] + kib.get("SReclaimable", 0)) * 1024
    if kib.keys() >= {"Mapped", "Shmem"}:
        # All that is in use but for page cache that nothing maps.
        cache = kib["Buffers"] + kib["Cached"] - max(kib["Mapped"], kib["Shmem"])
        facts["ledger.totals.memory_bytes"] = (kib["MemTotal"] - kib["MemFree"] - cache) * 1024
    if "MemAvailable" in kib:
        used = kib["MemTotal"] - kib["MemAvailable"]
        facts["system.memory.used_bytes"] = used * 1024
        facts["system.memory.usage_percent"] = 100.0 * used / kib["MemTotal"]
    return facts


def read_swaps(roots: Roots) -> Facts:
    """A line for each swap area: its name, type, size and use in KiB, priority."""
    try:
        lines = Path(f"{roots.proc}/swaps").read_text(errors="replace").splitlines()[1:]
    except FileNotFoundError:
        return {}
    total, used = (1024 * sum(int(line.rsplit(None, 3)[place]) for line in lines) for place in (1, 2))
    facts: dict[str, float] = {
        "system.memory.swap.total_bytes": total,
        "system.memory.swap.used_bytes": used,
        "system.memory.swap.free_bytes": total - used,
    }
    return {**facts, "system.memory.swap.usage_percent": 100.0 * used / total} if total else facts


MEMINFO = Files("/proc/meminfo, own reading", ("system.memory.", "ledger.totals.memory_bytes"), read_meminfo)
SWAPS = Files("/proc/swaps", ("system.memory.swap.",), read_swaps)
