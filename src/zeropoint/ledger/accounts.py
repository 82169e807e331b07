"""CPU time by process between two listings, that of processes which ended in between included.

What a process used itself is the growth of its own time. One that has ended can't be asked; but when its parent waits
for it, the kernel adds all that it and its own waited-for children ever used to the parent's time of children. So the
growth of that, less what is known already of the children that are gone, is what they used since they were last seen,
and what those used that came and went unseen. A child whose parent is gone is waited for by another process (init, or
a subreaper); it is looked for by its amount. Children of a parent that ignores their end are added nowhere.
"""

from collections.abc import Iterable, Mapping, Sequence, Set

from msgspec import Struct

from zeropoint.processes import Changes, Process, Processes

Identity = tuple[int, float]
# Times of children are told in hundredths of a second, rounded down, user and system time apart.
SLACK_SECONDS = 0.03
# Starts are told in hundredths of a second since the boot, whose time is told in whole seconds.
START_SLACK_SECONDS = 2.0


class Movement(Struct, frozen=True):
    """What happened in `seconds`. `cpu_seconds` is what each process was seen to use itself, `children_cpu_seconds`
    what else those used that it has waited for: the last of who is gone now, and all of who came and went unseen.
    `alive` are those of the listing, `born` those of them that were not there before. `gone` are those that are not
    there any more; `reaped_by` says who waited for them, where that is known, and `pending` are those of whom it may
    become known by the next movement.
    """

    seconds: float
    cpu_seconds: Mapping[Identity, float]
    children_cpu_seconds: Mapping[Identity, float]
    alive: Set[Identity]
    born: Set[Identity]
    gone: Set[Identity]
    pending: Set[Identity]
    reaped_by: Mapping[Identity, Identity]


class Accounts:
    """Follows the listings of one table. A movement's `alive` is of the last listing, whichever movement it is of."""

    def __init__(self) -> None:
        self._changes = Changes()
        # As they were listed last: those that have ended and were not waited for are among them.
        self._alive: dict[Identity, Process] = {}
        self._listed_at: float | None = None
        # Gone before the last listing, while nobody's time of children had grown by theirs: read a moment too early.
        self._pending: dict[Identity, Process] = {}
        # What rounding made too much of the time of a parent's children; the next growth makes up for it.
        self._owed: dict[Identity, float] = {}

    def update(self, listing: Processes, wall: float) -> Movement | None:
        """None for the first listing, and for one that was given already. `wall` is the time of the listing."""
        before = self._listed_at
        if before is not None and listing.listed_at <= before:
            return None
        self._listed_at, turnover = listing.listed_at, self._changes.of(listing)
        gone = self._take_out(turnover.gone)
        seconds = listing.listed_at - (before or 0.0)
        cpu: dict[Identity, float] = {}
        growth: dict[Identity, float] = {}
        born: set[Identity] = set()
        earliest = wall - seconds - START_SLACK_SECONDS
        for process in (*turnover.changed, *turnover.ended):
            identity = process.identity
            known, self._alive[identity] = self._alive.get(identity), process
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
        if before is None:
            return None
        for identity, owed in self._owed.items():
            if identity in growth:
                growth[identity] += owed
        reaped_by = _settle({**self._pending, **gone}, listing, growth)
        every = self._pending.keys() | gone.keys()
        self._pending = {identity: one for identity, one in gone.items() if identity not in reaped_by}
        for reaper, due in growth.items():
            self._owed[reaper] = min(0.0, max(due, -SLACK_SECONDS))
        children = {reaper: due for reaper, due in growth.items() if due > 0}
        self._owed = {identity: owed for identity, owed in self._owed.items() if owed and identity in self._alive}
        return Movement(seconds, cpu, children, self._alive.keys(), born, every, frozenset(self._pending), reaped_by)

    def _take_out(self, gone: Sequence[Process]) -> dict[Identity, Process]:
        """Of those that are gone the ones that were there, as they were last seen, parents before their children."""
        here = {one.identity for one in gone} & self._alive.keys()
        if not here:
            return {}
        return {identity: self._alive.pop(identity) for identity in [one for one in self._alive if one in here]}


def _settle(
    gone: Mapping[Identity, Process], listing: Processes, growth: dict[Identity, float]
) -> dict[Identity, Identity]:
    """Who waited for whom; takes what was known of the ones from the `growth` of the others."""
    dead = {process.pid: identity for identity, process in gone.items()}
    reaped_by: dict[Identity, Identity] = {}
    # Parents stand before their children; a parent that is gone took along what it had waited for. A parent that is
    # listed is the likeliest to have waited, one that lives the only one, so those that have one come first.
    orphans: list[tuple[Identity, Process]] = []
    for identity, process in gone.items():
        parent = _listed(listing, process.parent_pid)
        if parent is None or parent.started > process.started:
            orphans.append((identity, process))
            continue
        used = process.cpu_seconds_total + process.reaped_cpu_seconds_total
        # Too little for its amount to tell is taken at its word; where rounding hides it, the next growth shows it.
        if used < SLACK_SECONDS or growth.get(parent.identity, -1.0) >= used - SLACK_SECONDS:
            growth[parent.identity] = growth.get(parent.identity, 0.0) - used
            reaped_by[identity] = parent.identity
        elif parent.pid in listing.ended:  # it has not waited, and can't any more: whoever has its children may have
            orphans.append((identity, process))
    for identity, process in orphans:
        used = process.cpu_seconds_total + process.reaped_cpu_seconds_total
        is_known = process.parent_pid in dead or process.parent_pid in listing.ended
        candidates = _ancestors(process, gone, listing, dead, reaped_by)
        for reaper in candidates if is_known else (*candidates, *_largest(growth)):
            if growth.get(reaper, -1.0) >= used - SLACK_SECONDS:
                growth[reaper] -= used
                reaped_by[identity] = reaper
                break
    return reaped_by


def _ancestors(
    process: Process,
    gone: Mapping[Identity, Process],
    listing: Processes,
    dead: Mapping[int, Identity],
    reaped_by: Mapping[Identity, Identity],
) -> Iterable[Identity]:
    """Those that may have waited for a process, the likeliest first."""
    parent = process.parent_pid
    if parent in dead and dead[parent] in reaped_by:
        yield reaped_by[dead[parent]]
    # Its parent ended first: then init has it, or a subreaper above.
    seen: set[int] = set()
    while parent not in seen and (ended := gone[dead[parent]] if parent in dead else listing.ended.get(parent)):
        seen.add(parent)
        parent = ended.parent_pid
        if above := _listed(listing, parent):
            yield above.identity
    if init := _listed(listing, 1):
        yield init.identity


def _listed(listing: Processes, pid: int) -> Process | None:
    """Those that have ended and were not waited for are among them."""
    return listing.by_pid.get(pid) or listing.ended.get(pid)


def _largest(growth: Mapping[Identity, float]) -> Iterable[Identity]:
    return sorted(growth, key=lambda identity: -growth[identity])
