"""Pressure of control groups that have one workload alone: *.pressure of version 2, accounting/psi.rst."""

import re
from collections.abc import Mapping, Set

from msgspec import Struct

from zeropoint.ledger.group_cpu import UNIFIED, GroupPath
from zeropoint.probe import Roots, read_file

RESOURCES = ("cpu", "memory", "io")
TOTAL = re.compile(rb"^some .*total=(\d+)", re.MULTILINE)
# Whether others have come into a group is looked at so seldom.
AGAIN_SECONDS = 10.0


class Known(Struct):
    """`folder` is None where the group is not the workload's alone; `totals` are microseconds by resource."""

    folder: str | None
    judged_at: float
    read_at: float
    totals: Mapping[str, int] = {}


class GroupPressure:
    def __init__(self) -> None:
        self._known: dict[GroupPath, Known] = {}

    def percent(self, roots: Roots, group: GroupPath, pids: Set[int], now: float) -> dict[str, float]:
        """Share of the time since the last call in which some task waited, by resource; `pids` are those of the
        workload. Nothing at the first call, for version 1, and where others are in the group too."""
        if not group.is_unified:
            return {}
        known = self._known.get(group)
        if known is None:
            self._known[group] = known = Known(_alone(roots, group, pids), now, now)
        elif now - known.judged_at > AGAIN_SECONDS:
            known.folder, known.judged_at = _alone(roots, group, pids), now
        before, seconds = known.totals, now - known.read_at
        known.totals, known.read_at = _totals(known.folder), now
        return {
            name: min(100.0, max(0, total - before[name]) / 1e4 / seconds)
            for name, total in known.totals.items()
            if name in before and seconds > 0
        }

    def forget(self, but: float) -> None:
        """Forgets the groups that were not asked for at the time `but`."""
        self._known = {group: known for group, known in self._known.items() if known.read_at == but}


def _alone(roots: Roots, group: GroupPath, pids: Set[int]) -> str | None:
    for place in UNIFIED:
        folder = f"{roots.sys}/fs/cgroup/{place}{group.path}"
        try:
            members = {int(pid) for pid in read_file(f"{folder}/cgroup.procs").split()}
        except (OSError, ValueError):
            continue
        return folder if members and members <= pids else None
    return None


def parse_total(content: bytes) -> int | None:
    """Microseconds in which some task waited; None where that is not told."""
    found = TOTAL.search(content)
    return int(found[1]) if found else None


def _totals(folder: str | None) -> dict[str, int]:
    totals = {}
    for resource in RESOURCES if folder else ():
        try:
            total = parse_total(read_file(f"{folder}/{resource}.pressure"))
        except OSError:  # the kernel tells none
            continue
        if total is not None:
            totals[resource] = total
    return totals
