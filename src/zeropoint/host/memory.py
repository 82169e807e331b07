"""Main memory and swap: /proc/meminfo and /proc/vmstat, Documentation/filesystems/proc.rst (1.6)."""

import mmap
import re
from collections.abc import Mapping
from typing import ClassVar

from zeropoint import model
from zeropoint.host.parsing import parses
from zeropoint.probe import Absent, Missing, Probe, Rates, Reading, Roots, read_file

Table = Mapping[bytes, int]


AMOUNTS = re.compile(
    rb"^(MemTotal|MemFree|MemAvailable|Buffers|Cached|Dirty|Shmem|SReclaimable|SwapTotal|SwapFree|Committed_AS):"
    rb" *(.*) kB$",
    re.MULTILINE,
)


@parses("/proc/meminfo")
def parse_meminfo(content: bytes) -> dict[bytes, int]:
    """Of its 50 rows those that are told of, in bytes."""
    return {name: int(kib) * 1024 for name, kib in AMOUNTS.findall(content)}


EVENTS = (b"pswpin", b"pswpout", b"pgmajfault", b"oom_kill")


@parses("/proc/vmstat")
def parse_vmstat(content: bytes) -> dict[bytes, int]:
    """Of its 200 rows those in EVENTS; to parse them all takes longer than to read them."""
    rows = {}
    for name in EVENTS:
        _, found, rest = (b"\n" + content).partition(b"\n" + name + b" ")
        if found:
            rows[name] = int(rest[: rest.find(b"\n")])
    return rows


def read_events(roots: Roots) -> dict[bytes, int]:
    """None of them where there is no such file (gVisor has none): it is not what memory is told by."""
    try:
        return parse_vmstat(read_file(f"{roots.proc}/vmstat"))
    except FileNotFoundError:
        return {}


def told(table: Table, name: bytes) -> int | Absent:
    """A row of one of the two files. Kernels before 3.14 have no MemAvailable, those before 4.13 no oom_kill."""
    return table.get(name, Absent(f"this kernel doesn't tell {name.decode()}"))


def used_bytes(amounts: Table) -> int | Absent:
    """What could not be given to new work without swapping. No stand-in is made up for kernels without an estimate."""
    total, available = told(amounts, b"MemTotal"), told(amounts, b"MemAvailable")
    if isinstance(total, Absent) or isinstance(available, Absent):
        return total if isinstance(total, Absent) else available
    return total - available if available <= total else Absent("the kernel tells more available than there is")


def cached_bytes(amounts: Table) -> int | Absent:
    """The page cache, and the slab that is given back like it, as free(1) adds them."""
    cached = told(amounts, b"Cached")
    return cached if isinstance(cached, Absent) else cached + amounts.get(b"SReclaimable", 0)


def share_percent(part: int | Absent, whole: int | Absent, without: str) -> float | Absent:
    if isinstance(part, Absent) or isinstance(whole, Absent):
        return part if isinstance(part, Absent) else whole
    return 100.0 * (part / whole) if whole else Absent(without)


class Events:
    """The counters of /proc/vmstat in one reading, as totals and as rates; `unit` is what one of them stands for."""

    def __init__(self, table: Table, rates: Rates, now: float, missing: Missing) -> None:
        self._table, self._rates, self._now, self._missing = table, rates, now, missing

    def total(self, path: str, name: bytes, unit: int = 1) -> int | None:
        count = told(self._table, name)
        return self._missing.take(path, count if isinstance(count, Absent) else count * unit)

    def per_second(self, path: str, name: bytes, unit: int = 1) -> float | None:
        count = told(self._table, name)
        if not isinstance(count, Absent):
            return self._missing.take(path, self._rates.per_second(path, count * unit, self._now))
        return self._missing.take(path, count)


def swap(amounts: Table, events: Events, missing: Missing) -> model.Swap:
    total, free = told(amounts, b"SwapTotal"), told(amounts, b"SwapFree")
    used = total if isinstance(total, Absent) else free if isinstance(free, Absent) else total - free
    # Swapping is counted in pages, and the machine that is watched has the page size of the one that watches.
    page = mmap.PAGESIZE
    return model.Swap(
        total_bytes=missing.take("swap.total_bytes", total),
        used_bytes=missing.take("swap.used_bytes", used),
        free_bytes=missing.take("swap.free_bytes", free),
        usage_percent=missing.take("swap.usage_percent", share_percent(used, total, "there is no swap space")),
        in_bytes_total=events.total("swap.in_bytes_total", b"pswpin", page),
        out_bytes_total=events.total("swap.out_bytes_total", b"pswpout", page),
        in_bytes_per_second=events.per_second("swap.in_bytes_per_second", b"pswpin", page),
        out_bytes_per_second=events.per_second("swap.out_bytes_per_second", b"pswpout", page),
    )


class Memory(Probe):
    name: ClassVar[str] = "memory"
    section: ClassVar[str] = "system.memory"
    fields: ClassVar[tuple[str, ...]] = tuple(field for field in model.Memory.__struct_fields__ if field != "pressure")

    def __init__(self) -> None:
        self._rates = Rates()

    def read(self, roots: Roots, now: float) -> Reading:
        amounts = parse_meminfo(read_file(f"{roots.proc}/meminfo"))
        missing = Missing()
        events = Events(read_events(roots), self._rates, now, missing)

        def amount(path: str, name: bytes) -> int | None:
            return missing.take(path, told(amounts, name))

        used = used_bytes(amounts)
        report = model.Memory(
            total_bytes=amount("total_bytes", b"MemTotal"),
            used_bytes=missing.take("used_bytes", used),
            available_bytes=amount("available_bytes", b"MemAvailable"),
            free_bytes=amount("free_bytes", b"MemFree"),
            cached_bytes=missing.take("cached_bytes", cached_bytes(amounts)),
            buffers_bytes=amount("buffers_bytes", b"Buffers"),
            shared_bytes=amount("shared_bytes", b"Shmem"),
            dirty_bytes=amount("dirty_bytes", b"Dirty"),
            committed_bytes=amount("committed_bytes", b"Committed_AS"),
            usage_percent=missing.take("usage_percent", share_percent(used, told(amounts, b"MemTotal"), "no memory")),
            major_faults_total=events.total("major_faults_total", b"pgmajfault"),
            major_faults_per_second=events.per_second("major_faults_per_second", b"pgmajfault"),
            oom_kills_total=events.total("oom_kills_total", b"oom_kill"),
            swap=swap(amounts, events, missing),
        )
        return Reading(report=report, missing=missing)
