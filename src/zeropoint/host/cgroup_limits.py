"""The limits in force on this process's control groups, where they are lower than what the machine has.

Version 2 is described in Documentation/admin-guide/cgroup-v2.rst, version 1 in Documentation/admin-guide/cgroup-v1.
"""

from collections.abc import Callable

from msgspec import Struct

from zeropoint.host.cgroup_place import Place, read_places
from zeropoint.host.memory import parse_meminfo
from zeropoint.host.parsing import number_list
from zeropoint.host.proc_stat import parse_stat
from zeropoint.host.sysfs import number_at, text_at
from zeropoint.probe import Absent, Roots, read_file


class Limit(Struct, frozen=True):
    """The limit in force, and the directory of the group that sets it: its use counts, not that of a group below."""

    value: float
    version: int
    directory: str


def cpu_quota_cores(directory: str, version: int) -> float | None:
    if version == 2:
        quota, _, period = (text_at(f"{directory}/cpu.max") or "max").partition(" ")
        return None if quota == "max" else int(quota) / int(period)
    limit, length = number_at(f"{directory}/cpu.cfs_quota_us"), number_at(f"{directory}/cpu.cfs_period_us")
    return limit / length if limit is not None and length and limit > 0 else None


def cpuset_cores(directory: str, version: int) -> float | None:
    """Of the cores that the group may run on those that are online. Before Linux 3.17 version 1 tells what was set."""
    names = ("cpuset.cpus.effective",) if version == 2 else ("cpuset.effective_cpus", "cpuset.cpus")
    text = next((text for name in names if (text := text_at(f"{directory}/{name}")) is not None), None)
    return len(number_list(text)) or None if text is not None else None


def memory_limit_bytes(directory: str, version: int) -> float | None:
    """Version 2 has two: beyond the high one a group is held back until the kernel has taken memory from it, beyond the
    other a process of it is ended."""
    # Where there is none it says "max", in version 1 a number beyond all memory.
    names = ("memory.max", "memory.high") if version == 2 else ("memory.limit_in_bytes",)
    return min((limit for name in names if (limit := number_at(f"{directory}/{name}")) is not None), default=None)


def task_limit(directory: str, _version: int) -> float | None:
    return number_at(f"{directory}/pids.max")


def lowest(place: Place | None, read: Callable[[str, int], float | None], below: float) -> Limit | None:
    """The lowest limit of a group and its ancestors, when it is lower than `below`."""
    if place is None:
        return None
    values = ((read(directory, place.version), directory) for directory in place.directories)
    limits = [(value, directory) for value, directory in values if value is not None and value < below]
    if not limits:
        return None
    value, directory = min(limits, key=lambda limit: limit[0])
    return Limit(value=value, version=place.version, directory=directory)


class Limits(Struct, frozen=True):
    """The limits in force; None where the machine's own size is the limit. Of cores there are two: a quota of time on
    them, and a set of those that may be used. `memory_place`: our group's memory."""

    version: int
    quota: Limit | None
    cpuset: Limit | None
    memory: Limit | None
    tasks: Limit | None
    memory_place: Place | None

    @property
    def cores(self) -> float | None:
        """The lower one of quota and set."""
        return min((limit.value for limit in (self.quota, self.cpuset) if limit is not None), default=None)


def read_limits(roots: Roots, process: str = "self") -> Limits | Absent:
    try:
        places = read_places(roots, ("cpu", "cpuset", "memory", "pids"), process)
    except FileNotFoundError:
        return Absent("there are no control groups")
    cores = len(parse_stat(read_file(f"{roots.proc}/stat")).cores)
    memory = parse_meminfo(read_file(f"{roots.proc}/meminfo"))[b"MemTotal"]
    limits = Limits(
        version=min((place.version for place in places.values()), default=2),
        quota=lowest(places.get("cpu"), cpu_quota_cores, cores),
        cpuset=lowest(places.get("cpuset"), cpuset_cores, cores),
        memory=lowest(places.get("memory"), memory_limit_bytes, memory),
        tasks=lowest(places.get("pids"), task_limit, float("inf")),
        memory_place=places.get("memory"),
    )
    # A limit of tasks alone says nothing: systemd gives one to each service of a machine without containers.
    if limits.cores is None and limits.memory is None:
        return Absent("no control group limit below the machine's")
    return limits
