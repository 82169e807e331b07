"""What is used of the limits of the appliance's own control group, where they are lower than the machine's."""

from typing import ClassVar

from msgspec import Struct

from zeropoint import model
from zeropoint.host.cgroup_limits import Limit, Limits, read_limits
from zeropoint.host.parsing import parses
from zeropoint.host.sysfs import number_at, text_at
from zeropoint.probe import Absent, Missing, Probe, Rates, Reading, Roots

# Limits can be changed while a container runs, but rarely are.
LIMITS_PERIOD_SECONDS = 10.0
NO_CPU_LIMIT = Absent("no quota or set of CPUs below the machine's cores")
NO_CPU_QUOTA = Absent("no CPU quota below the machine's cores")
NO_MEMORY_LIMIT = Absent("no memory limit below the machine's memory")
NOT_TOLD = Absent("the control group doesn't tell it")


class Names(Struct, frozen=True):
    """What files and rows are called in a version of control groups."""

    memory_used: str
    inactive_file: bytes
    oom_kills: str
    throttled: bytes
    throttled_unit_seconds: float


NAMES = {
    1: Names(
        memory_used="memory.usage_in_bytes",
        inactive_file=b"total_inactive_file",
        oom_kills="memory.oom_control",
        throttled=b"throttled_time",
        throttled_unit_seconds=1e-9,
    ),
    2: Names(
        memory_used="memory.current",
        inactive_file=b"inactive_file",
        oom_kills="memory.events",
        throttled=b"throttled_usec",
        throttled_unit_seconds=1e-6,
    ),
}


@parses("a control group's statistics")
def parse_flat(content: str) -> dict[bytes, int]:
    words = content.encode().split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


def flat_at(path: str) -> dict[bytes, int]:
    """The rows of a flat keyed file; none when the group has no such file."""
    return parse_flat(text_at(path) or "")


def used_bytes(directory: str, version: int) -> int | Absent:
    """The memory charged, less the file pages that the kernel drops first: a full page cache is no want of memory."""
    names = NAMES[version]
    charged = number_at(f"{directory}/{names.memory_used}")
    droppable = flat_at(f"{directory}/memory.stat").get(names.inactive_file)
    # The two are read a moment apart.
    return NOT_TOLD if charged is None or droppable is None else max(0, charged - droppable)


def own_used_bytes(limits: Limits) -> int | Absent:
    place = limits.memory_place
    return used_bytes(place.directories[0], place.version) if place else NOT_TOLD


def used_percent(used: int | Absent, limit: Limit | None) -> float | Absent:
    if limit is None:
        return NO_MEMORY_LIMIT
    if isinstance(used, Absent):
        return used
    return 100.0 * (used / limit.value) if limit.value else Absent("the limit is 0")


def oom_kills(limit: Limit) -> int | Absent:
    return flat_at(f"{limit.directory}/{NAMES[limit.version].oom_kills}").get(b"oom_kill", NOT_TOLD)


class Cgroup(Probe):
    name: ClassVar[str] = "cgroup"
    section: ClassVar[str] = "system.host.container"

    def __init__(self) -> None:
        self._limits: Limits | Absent = NOT_TOLD
        self._limits_due: float | None = None
        self._rates = Rates()

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        if self._limits_due is None or now >= self._limits_due:
            self._limits = read_limits(roots)
            self._limits_due = now + LIMITS_PERIOD_SECONDS
        limits = self._limits
        if isinstance(limits, Absent):
            return limits

        missing = Missing()
        throttled_seconds, throttled_percent = self._throttling(limits.quota, now)
        memory = limits.memory
        # What counts against a limit; without one, what our own group uses.
        used = used_bytes(memory.directory, memory.version) if memory else own_used_bytes(limits)
        report = model.Container(
            cgroup_version=limits.version,
            cpu_limit_cores=missing.take("cpu_limit_cores", NO_CPU_LIMIT if limits.cores is None else limits.cores),
            cpu_throttled_seconds_total=missing.take("cpu_throttled_seconds_total", throttled_seconds),
            cpu_throttled_percent=missing.take("cpu_throttled_percent", throttled_percent),
            memory_limit_bytes=missing.take("memory_limit_bytes", int(memory.value) if memory else NO_MEMORY_LIMIT),
            memory_used_bytes=missing.take("memory_used_bytes", used),
            memory_usage_percent=missing.take("memory_usage_percent", used_percent(used, memory)),
            oom_kills_total=missing.take("oom_kills_total", oom_kills(memory) if memory else NO_MEMORY_LIMIT),
            pids_limit=missing.take(
                "pids_limit", int(limits.tasks.value) if limits.tasks else Absent("no limit of tasks")
            ),
        )
        return Reading(report=report, missing=missing)

    def _throttling(self, quota: Limit | None, now: float) -> tuple[float | Absent, float | Absent]:
        """The time that the quota held tasks back, and the share of its periods in which it did."""
        if quota is None:
            return NO_CPU_QUOTA, NO_CPU_QUOTA
        names = NAMES[quota.version]
        rows = flat_at(f"{quota.directory}/cpu.stat")
        time, periods, throttled = rows.get(names.throttled), rows.get(b"nr_periods"), rows.get(b"nr_throttled")
        if time is None or periods is None or throttled is None:
            return NOT_TOLD, NOT_TOLD
        periods_rate = self._rates.per_second(f"periods {quota.directory}", periods, now)
        throttled_rate = self._rates.per_second(f"throttled {quota.directory}", throttled, now)
        if isinstance(periods_rate, Absent) or isinstance(throttled_rate, Absent):
            share: float | Absent = periods_rate if isinstance(periods_rate, Absent) else throttled_rate
        else:
            # Periods pass only while there is work.
            share = 100.0 * (throttled_rate / periods_rate) if periods_rate else Absent("no period of the quota ended")
        return time * names.throttled_unit_seconds, share
