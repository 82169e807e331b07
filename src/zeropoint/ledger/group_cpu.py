"""CPU time that a control group's processes used and nobody was charged for: those that came and went unseen, and whose
parent does not wait for them. cgroups(7): cpuacct.usage of version 1, cpu.stat of version 2; both are exact.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from zeropoint.ledger.placement import Placement
from zeropoint.probe import Roots, read_file

USAGE = re.compile(rb"^usage_usec (\d+)$", re.MULTILINE)
# Known at a time; those that have ended are among them.
MOST_GROUPS = 4096
# Where version 1's controller and version 2's hierarchy are mounted by custom, below SYS/fs/cgroup.
CPUACCT, UNIFIED = ("cpuacct", "cpu,cpuacct"), ("", "unified")


class GroupPath(Struct, frozen=True):
    """Where the group of a placement lies in its hierarchy, from that's root."""

    path: str
    is_unified: bool


def group_path(content: bytes, placement: Placement) -> GroupPath | None:
    """The group that a placement names, out of the content of PROC/PID/cgroup: who is in it may be in one below."""
    unified = None
    for line in content.split(b"\n"):
        _, _, rest = line.partition(b":")
        controllers, _, path = rest.partition(b":")
        if b"cpuacct" in controllers.split(b","):
            return _named(path, placement, is_unified=False)
        if rest and not controllers:
            unified = path
    return None if unified is None else _named(unified, placement, is_unified=True)


def _named(path: bytes, placement: Placement, *, is_unified: bool) -> GroupPath | None:
    parts = path.decode(errors="surrogateescape").split("/")
    if ".." in parts:  # seen from within a namespace, and not to be followed out of the hierarchy
        return None
    for index, part in enumerate(parts):
        if placement.name_key in part.replace("\\x2d", "-"):
            return GroupPath("/".join(parts[: index + 1]), is_unified)
    return None


class GroupCpu:
    """Follows the groups of one ledger."""

    def __init__(self) -> None:
        # For each: usage and what was charged when it was first read, and what was told as left since.
        self._known: dict[Placement, tuple[float, float]] = {}

    def left(
        self, roots: Roots, groups: Mapping[Placement, GroupPath], charged: Mapping[Placement, float]
    ) -> dict[Placement, float]:
        """Seconds that nobody was charged for, by group. `charged` is what their processes were charged with since the
        last call; only groups among them are read.

        Counters are read a moment after the clocks; what that makes too much once is made up for by what follows.
        """
        left = {}
        for placement, seconds in charged.items():
            usage = _usage_seconds(roots, groups[placement]) if placement in groups else None
            if usage is None:
                continue
            last, balance = self._known.get(placement, (usage, 0.0))
            balance += usage - last - (seconds if placement in self._known else 0.0)
            if balance > 0:
                left[placement] = balance
            self._known[placement] = usage, min(0.0, balance)
        if len(self._known) > MOST_GROUPS:
            self._known.clear()
        return left


def _usage_seconds(roots: Roots, group: GroupPath) -> float | None:
    for place in UNIFIED if group.is_unified else CPUACCT:
        folder = f"{roots.sys}/fs/cgroup/{place}{group.path}"
        try:
            if not group.is_unified:
                return int(read_file(f"{folder}/cpuacct.usage")) / 1e9
            if found := USAGE.search(read_file(f"{folder}/cpu.stat")):
                return int(found[1]) / 1e6
        except (OSError, ValueError):
            continue
    return None
