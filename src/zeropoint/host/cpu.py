"""Use of the processors, from /proc/stat and /proc/loadavg."""

from collections.abc import Callable, Iterable
from typing import ClassVar, TypeVar

from zeropoint import model
from zeropoint.host.parsing import number_list, parses
from zeropoint.host.proc_stat import COLUMNS, USER_HZ, Stat, Ticks, busy_percent, elapsed, parse_stat
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Missing, Probe, Rates, Reading, Roots, read_file, read_text

T = TypeVar("T")
NOT_TOLD = Absent("this kernel doesn't tell it")


@parses("/proc/loadavg")
def parse_loads(content: bytes) -> tuple[float, float, float]:
    one, five, fifteen = map(float, content.split()[:3])
    return one, five, fifteen


def read_loads(roots: Roots) -> tuple[float, float, float] | Absent:
    try:
        return parse_loads(read_file(f"{roots.proc}/loadavg"))
    except FileNotFoundError:
        return Absent("this kernel has no /proc/loadavg")


def count_physical(roots: Roots, cores: Iterable[int]) -> int | Absent:
    """How many physical cores the online ones make: the threads of one have the same list of siblings."""
    siblings: set[str] = set()
    for core in cores:
        try:
            siblings.add(read_text(f"{roots.sys}/devices/system/cpu/cpu{core}/topology/thread_siblings_list"))
        except OSError:
            return Absent("the kernel tells no topology of the cores")
    return len(siblings)


def present_cores(roots: Roots) -> list[int]:
    """The cores that the machine has, offline ones too; none when that can't be told."""
    try:
        return number_list(read_text(f"{roots.sys}/devices/system/cpu/present"))
    except (OSError, ValueError):
        return []


def times_percent(steps: Ticks, missing: Missing) -> model.CpuTimes:
    whole = sum(steps)
    shares = {column: 100.0 * (step / whole) for column, step in zip(COLUMNS, steps, strict=False)}
    return model.CpuTimes(
        **{column: missing.take(f"times_percent.{column}", shares.get(column, NOT_TOLD)) for column in COLUMNS}
    )


def times_seconds(ticks: Ticks, missing: Missing) -> model.CpuSeconds:
    seconds = {f"{column}_seconds_total": count / USER_HZ for column, count in zip(COLUMNS, ticks, strict=False)}
    fields = model.CpuSeconds.__struct_fields__
    return model.CpuSeconds(
        **{field: missing.take(f"times_seconds.{field}", seconds.get(field, NOT_TOLD)) for field in fields}
    )


def cores_percent(last: Stat, stat: Stat, present: Iterable[int], missing: Missing) -> list[float | None]:
    """The busy share of each core, at its number."""
    shares: list[float | None] = []
    for core in present:
        while len(shares) < core:
            missing[f"per_core_percent[{len(shares)}]"] = "there is no core of this number"
            shares.append(None)
        shares.append(
            missing.take(f"per_core_percent[{core}]", _core_percent(last.cores.get(core), stat.cores.get(core)))
        )
    return shares


def _core_percent(last: Ticks | None, ticks: Ticks | None) -> float | Absent:
    if ticks is None:
        return Absent("the core is offline")
    if last is None:
        return Absent(NEEDS_TWO_READINGS)
    steps = elapsed(last, ticks)
    return steps if isinstance(steps, Absent) else busy_percent(steps)


class Cpu(Probe):
    name: ClassVar[str] = "cpu"
    section: ClassVar[str] = "system.cpu"
    fields: ClassVar[tuple[str, ...]] = tuple(
        field for field in model.Cpu.__struct_fields__ if field not in {"frequency_hz", "pressure"}
    )

    def __init__(self) -> None:
        self._last: Stat | None = None
        self._rates = Rates()
        self._physical: int | Absent = NOT_TOLD
        self._present: list[int] = []

    def read(self, roots: Roots, now: float) -> Reading:
        stat = parse_stat(read_file(f"{roots.proc}/stat"))
        loads = read_loads(roots)
        last, self._last = self._last, stat
        if last is None or last.cores.keys() != stat.cores.keys():
            # A file for each core: read again only when one has come or gone.
            self._physical = count_physical(roots, stat.cores)
            self._present = sorted(stat.cores.keys() | set(present_cores(roots)))

        missing = Missing()
        steps = elapsed(last.machine, stat.machine) if last else Absent(NEEDS_TWO_READINGS)

        def split(field: str, make: Callable[[Ticks], T]) -> T | None:
            return missing.take(field, steps if isinstance(steps, Absent) else make(steps))

        def load(field: str, place: int) -> float | None:
            return missing.take(field, loads if isinstance(loads, Absent) else loads[place])

        def count(field: str, name: str) -> int | None:
            return missing.take(field, stat.counts.get(name, NOT_TOLD))

        def rate(field: str, name: str) -> float | None:
            value = stat.counts.get(name)
            return missing.take(field, NOT_TOLD if value is None else self._rates.per_second(name, value, now))

        report = model.Cpu(
            usage_percent=split("usage_percent", busy_percent),
            per_core_percent=missing.take(
                "per_core_percent",
                cores_percent(last, stat, self._present, missing) if last else Absent(NEEDS_TWO_READINGS),
            ),
            count_logical=len(stat.cores),
            count_physical=missing.take("count_physical", self._physical),
            load_1m=load("load_1m", 0),
            load_5m=load("load_5m", 1),
            load_15m=load("load_15m", 2),
            times_percent=split("times_percent", lambda steps: times_percent(steps, missing)),
            times_seconds=times_seconds(stat.machine, missing),
            context_switches_total=count("context_switches_total", "ctxt"),
            context_switches_per_second=rate("context_switches_per_second", "ctxt"),
            interrupts_per_second=rate("interrupts_per_second", "intr"),
            processes_running=count("processes_running", "procs_running"),
            processes_blocked=count("processes_blocked", "procs_blocked"),
        )
        return Reading(report=report, missing=missing)
