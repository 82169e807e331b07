"""The split itself: totals over workloads + other + unattributed - over_attributed. Pure."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import msgspec

from zeropoint.model import Ledger, Usage, Workload

QUANTITIES = Usage.__struct_fields__
MOST_ROWS = 20
# A row that is shown gives its place to another only when that uses clearly more: rows do not flicker.
STAYS_FACTOR = 1.5


def split(
    workloads: Sequence[Workload], totals: Usage, shown: Set[str], always: Set[str], seconds: float | None
) -> Ledger:
    """`shown` are the ids of the rows of last time, `always` of those that have a row whatever they use."""
    chosen = choose(workloads, totals, shown, always)
    rows = [one for one in workloads if one.id in chosen]
    other = added(one for one in workloads if one.id not in chosen)
    parts = added((*rows, other))
    return Ledger(
        seconds=seconds,
        workloads_count=len(workloads),
        workloads=sorted(rows, key=lambda one: (-(one.cpu_percent or 0.0), one.id)),
        other=msgspec.structs.replace(other, **zeros(parts, other)),
        unattributed=rest(totals, parts, 1),
        over_attributed=rest(totals, parts, -1),
        totals=totals,
    )


def choose(workloads: Iterable[Workload], totals: Usage, shown: Set[str], always: Set[str]) -> set[str]:
    """The ids of those that have rows: what is always told, then who uses the largest share of anything."""

    def weight(one: Workload) -> float:
        return largest_share(one, totals) * (STAYS_FACTOR if one.id in shown else 1.0)

    ranked = sorted(workloads, key=lambda one: (one.id not in always, -weight(one), one.id))
    return {one.id for one in ranked[:MOST_ROWS]}


def largest_share(usage: Usage, totals: Usage) -> float:
    """The largest of its shares of the machine's CPU time, memory, disk traffic, GPU time and GPU memory in use."""
    shares = [0.0]
    for name in QUANTITIES:
        part, whole = getattr(usage, name), getattr(totals, name)
        if name != "pids_count" and part and whole:
            shares.append(part / whole)
    return max(shares)


def added(parts: Iterable[Usage]) -> Usage:
    """The sums; what is null in all parts is null."""
    sums: dict[str, Any] = {}
    for part in parts:
        for name in QUANTITIES:
            value = getattr(part, name)
            if value is not None:
                sums[name] = sums.get(name, 0) + value
    return Usage(**sums)


def zeros(parts: Usage, of: Usage) -> Mapping[str, int]:
    """What is told of some part is 0 where there is nothing of it."""
    return {name: 0 for name in QUANTITIES if getattr(of, name) is None and getattr(parts, name) is not None}


def rest(totals: Usage, parts: Usage, sign: int) -> Usage:
    """What the total exceeds the parts by (`sign` 1), or the parts the total (-1); null where there is no total."""
    values = {}
    for name in QUANTITIES:
        whole, part = getattr(totals, name), getattr(parts, name)
        if whole is not None:
            values[name] = max(0, sign * (whole - (part or 0)))
    return Usage(**values)
