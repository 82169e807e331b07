"""CPU time by process between two listings, that of processes which ended in between included.

What a process used itself is the growth of its own time. One that has ended can't be asked; but when its parent waits
for it, the kernel adds all that it and its own waited-for children ever used to the parent's time of children. So the
growth of that, less what is known already of the children that are gone, is what they used since they were last seen,
and what those used that came and went unseen. A child whose parent is gone is waited for by another process (init, or
a subreaper); it is looked for by its amount. Children of a parent that ignores their end are added nowhere.
"""

from collections.abc import Iterable, Mapping, Set

from msgspec import Struct

from zeropoint.processes import Process, Processes

Identity = tuple[int, float]
# Times of children are told in hundredths of a second, rounded down, user and system time apart.
SLACK_SECONDS = 0.03
# Starts are told in hundredths of a second since the boot, whose time is told in whole seconds.
START_SLACK_SECONDS = 2.0


class Movement(Struct, frozen=True):
    """What happened in `seconds`. `cpu_seconds` is what each process was seen to use itself, `children_cpu_seconds`
    what else those used that it has waited for: the last of who is gone now, and all of who came and went unseen.
    `processes` has all that are or were `alive`, `born` are those that were not there before. `reaped_by` says who
    waited for one that is gone, where that is known.
    """

    seconds: float
    cpu_seconds: Mapping[Identity, float]
    children_cpu_seconds: Mapping[Identity, float]
    processes: Mapping[Identity, Process]
    alive: Set[Identity]
    born: Set[Identity]
    reaped_by: Mapping[Identity, Identity]


class Accounts:
    """Follows the listings of one table."""

    def __init__(self) -> None:
        self._before: dict[Identity, Process] | None = None
        self._listed_at = 0.0
        # Gone before the last listing, while nobody's time of children had grown by theirs: read a moment too early.
        self._pending: dict[Identity, Process] = {}
        # What rounding made too much of the time of a parent's children; the next growth makes up for it.
        self._owed: dict[Identity, float] = {}

    @property
    def processes(self) -> Mapping[Identity, Process]:
        """Those of the last listing."""
        return self._before or {}

    def update(self, listing: Processes, wall: float) -> Movement | None:
        """None for the first listing, and for one that was given already. `wall` is the time of the listing."""
        if self._before is not None and listing.listed_at <= self._listed_at:
            return None
        alive = {one.identity: one for one in (*listing.by_pid.values(), *listing.ended.values())}
        before, self._before = self._before, alive
        seconds, self._listed_at = listing.listed_at - self._listed_at, listing.listed_at
        if before is None:
            return None
        cpu: dict[Identity, float] = {}
        growth: dict[Identity, float] = {}
        born: set[Identity] = set()
        earliest = wall - seconds - START_SLACK_SECONDS
        for identity, process in alive.items():
            known = before.get(identity)
            if known is process:  # it has not run
                continue
            if known is None:
                if process.started < earliest:  # it could not be seen before: what it used is not of now
                    continue
                born.add(identity)
            own = process.cpu_seconds_total - (known.cpu_seconds_total if known else 0.0)
            reaped = process.reaped_cpu_seconds_total - (known.reaped_cpu_seconds_total if known else 0.0)
            if own > 0:
                cpu[identity] = own
            if reaped > 0:
                growth[identity] = reaped
        for identity, owed in self._owed.items():
            if identity in growth:
                growth[identity] += owed
        gone = {**self._pending, **{identity: one for identity, one in before.items() if identity not in alive}}
        reaped_by = _settle(gone, alive, growth)
        self._pending = {
            identity: one for identity, one in gone.items() if identity not in reaped_by and identity in before
        }
        for reaper, due in growth.items():
            self._owed[reaper] = min(0.0, max(due, -SLACK_SECONDS))
        children = {reaper: due for reaper, due in growth.items() if due > 0}
        self._owed = {identity: owed for identity, owed in self._owed.items() if owed and identity in alive}
        return Movement(seconds, cpu, children, {**gone, **alive}, alive.keys(), born, reaped_by)


def _settle(
    gone: Mapping[Identity, Process], alive: Mapping[Identity, Process], growth: dict[Identity, float]
) -> dict[Identity, Identity]:
    """Who waited for whom; takes what was known of the ones from the `growth` of the others."""
    living = {process.pid: identity for identity, process in alive.items()}
    dead = {process.pid: identity for identity, process in gone.items()}
    reaped_by: dict[Identity, Identity] = {}
    # Parents stand before their children; a parent that is gone took along what it had waited for. A living parent is
    # the only one who can have waited, so those that have one come first.
    orphans: list[tuple[Identity, Process]] = []
    for identity, process in gone.items():
        parent = living.get(process.parent_pid)
        if parent is None or alive[parent].started > process.started:
            orphans.append((identity, process))
            continue
        used = process.cpu_seconds_total + process.reaped_cpu_seconds_total
        # Too little for its amount to tell is taken at its word; where rounding hides it, the next growth shows it.
        if used < SLACK_SECONDS or growth.get(parent, -1.0) >= used - SLACK_SECONDS:
            growth[parent] = growth.get(parent, 0.0) - used
            reaped_by[identity] = parent
    for identity, process in orphans:
        used = process.cpu_seconds_total + process.reaped_cpu_seconds_total
        is_known = process.parent_pid in dead
        candidates = _ancestors(process, gone, living, dead, reaped_by)
        for reaper in candidates if is_known else (*candidates, *_largest(growth)):
            if growth.get(reaper, -1.0) >= used - SLACK_SECONDS:
                growth[reaper] -= used
                reaped_by[identity] = reaper
                break
    return reaped_by


def _ancestors(
    process: Process,
    gone: Mapping[Identity, Process],
    living: Mapping[int, Identity],
    dead: Mapping[int, Identity],
    reaped_by: Mapping[Identity, Identity],
) -> Iterable[Identity]:
    """Those that may have waited for a process, the likeliest first."""
    parent = process.parent_pid
    if parent in dead and dead[parent] in reaped_by:
        yield reaped_by[dead[parent]]
    # Its parent ended first: then init has it, or a subreaper above.
    seen: set[int] = set()
    while parent in dead and parent not in seen:
        seen.add(parent)
        parent = gone[dead[parent]].parent_pid
        if parent in living:
            yield living[parent]
    if 1 in living:
        yield living[1]


def _largest(growth: Mapping[Identity, float]) -> Iterable[Identity]:
    return sorted(growth, key=lambda identity: -growth[identity])
