"""The control group that a job is in: whether others are in it, and what it has been denied there.

cpu.stat and memory.events of Documentation/admin-guide/cgroup-v2.rst, and their like of version 1.
"""

import os
from collections.abc import Set
from contextlib import suppress

from msgspec import Struct

from zeropoint.host.cgroup import NAMES, flat_at
from zeropoint.host.cgroup_limits import Limits, read_limits
from zeropoint.host.cgroup_place import read_places
from zeropoint.probe import Absent, Roots, read_file

MOST_FOLDERS = 64
# No hierarchy of version 1 has a controller of this name, so it is found in that of version 2.
PRESSURE = "pressure"


class Denied(Struct):
    """`throttled_seconds` and how many periods of the quota that was in; processes that the kernel ended for want of
    memory. `is_quota_own`: the group whose quota it is has the run alone."""

    throttled_seconds: float = 0.0
    throttled_periods: int = 0
    oom_kills: int = 0
    is_quota_own: bool = True
    is_memory_own: bool = True


class Group:
    """Follows the groups of one process, which may be put into another one. `pressure_folder` is the group of version 2
    that holds the run alone, None where there is none."""

    def __init__(self) -> None:
        self.denied = Denied()
        self.pressure_folder: str | None = None
        self._content = b""
        self._limits: Limits | None = None
        self._counters: dict[str, float] = {}

    def update(self, roots: Roots, pid: int, members: Set[int], used_cpu: bool) -> None:
        """`members` are the numbers of the run's processes; a group that is shared counts while the run `used_cpu`."""
        content = self._content
        # Of one that has ended, version 1 tells no group; those that were its count on.
        if pid in members:
            with suppress(OSError):  # there are no control groups, or it has just ended
                content = read_file(f"{roots.proc}/{pid}/cgroup")
        ours = members | {os.getpid()}
        if content and content != self._content:
            self._content = content
            limits = read_limits(roots, str(pid))
            self._limits = None if isinstance(limits, Absent) else limits
            self._counters = {}
            place = read_places(roots, (PRESSURE,), str(pid)).get(PRESSURE)
            self.pressure_folder = None
            if place is not None and place.version == 2 and is_alone(place.directories[0], ours):
                self.pressure_folder = place.directories[0]
        if self._limits is not None:
            self._count(self._limits, ours, used_cpu)

    def _count(self, limits: Limits, ours: Set[int], used_cpu: bool) -> None:
        if limits.quota is not None:
            names = NAMES[limits.quota.version]
            rows = flat_at(f"{limits.quota.directory}/cpu.stat")
            is_own = is_alone(limits.quota.directory, ours)
            seconds = self._grown("seconds", rows.get(names.throttled, 0) * names.throttled_unit_seconds)
            periods = self._grown("periods", rows.get(b"nr_throttled", 0))
            if seconds and (is_own or used_cpu):
                self.denied.throttled_seconds += seconds
                self.denied.throttled_periods += int(periods)
                self.denied.is_quota_own &= is_own
        if limits.memory is not None:
            rows = flat_at(f"{limits.memory.directory}/{NAMES[limits.memory.version].oom_kills}")
            kills = int(self._grown("kills", rows.get(b"oom_kill", 0)))
            if kills:
                self.denied.oom_kills += kills
                self.denied.is_memory_own &= is_alone(limits.memory.directory, ours)

    def _grown(self, name: str, value: float) -> float:
        before = self._counters.get(name)
        if value or before is None:  # a group that is gone tells nothing
            self._counters[name] = value
        return max(0.0, value - before) if before is not None else 0.0


def is_alone(directory: str, pids: Set[int]) -> bool:
    """Whether a group and those below it have no other processes; not where there are too many to look."""
    for looked_at, (folder, _, _) in enumerate(os.walk(directory)):
        if looked_at >= MOST_FOLDERS:
            return False
        try:
            there = {int(pid) for pid in read_file(f"{folder}/cgroup.procs").split()}
        except (OSError, ValueError):
            return False
        if not there <= pids:
            return False
    return True
