"""Which workload each process belongs to.

A run, an AI component and a kernel of Jupyter are trees of processes: who descends from one of theirs is of them, and
stays so when its parent ends; a run's label, which all that it starts inherits, finds those that left unseen. Others
belong to their container, Slurm job or systemd unit, by their control group; the rest to its program and user.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import lru_cache
from heapq import heappop, heappush

from msgspec import Struct

from zeropoint.ledger.accounts import Identity
from zeropoint.ledger.cgroup_names import CgroupNames, Placement, place_of
from zeropoint.ledger.facts import Facts
from zeropoint.ledger.group_cpu import GroupPath, group_path
from zeropoint.ledger.label import read_label
from zeropoint.ledger.owner import KERNEL, Owner, component_owner, kernel_owner, program_owner, run_owner
from zeropoint.ledger.users import Users
from zeropoint.probe import Roots, read_file
from zeropoint.processes import Changes, Process, Processes
from zeropoint.texts import clean

# A process is born in its parent's control group and often put into another one at once; later that is rare.
AGAIN_SOON_SECONDS, AGAIN_SECONDS = 3.0, 60.0
# Of two trees that a process is in: a training that is run by `zeropoint run` is that run.
RANKS = {"run": 0, "component": 1, "jupyter": 2}
# Rows of this component are kinds of programs, of which each is told under its own name.
NOT_A_WORKLOAD = "programs"
SEVERAL_USERS, UNKNOWN_USER = "several users", "unknown user"
# What somebody starts in a session, or a container without systemd in its first group, is told by program and user.
NO_WORKLOAD = re.compile(r"session-.+\.scope|init\.scope")


class Place(Struct, frozen=True, gc=False):
    """Of whom a process is and where its control group puts it; it is read again at `again_at`."""

    user_id: int | None
    placement: Placement | None
    group: GroupPath | None
    again_at: float


class Member(Struct):
    """A process and whose it is. `tree` is the owner of the tree that it is in; `is_left`: its parent has ended, and
    what it had from that it keeps."""

    process: Process
    owner: Owner
    tree: Owner | None
    label: str | None
    is_left: bool
    place: Place


class Group:
    """The processes of one workload that are alive. What is told of all together is kept up to date member by member:
    `memory_bytes`, how many of them are told by their proportional share or not, and how many are of which user."""

    def __init__(self) -> None:
        self.members: dict[Identity, Member] = {}
        self.user_ids: Counter[int | None] = Counter()
        self.memory_bytes = 0
        self.by_share: Counter[bool] = Counter()
        # What of each member is in the sums, and who is to be told anew.
        self._told: dict[Identity, tuple[int, bool]] = {}
        self._stale: set[Identity] = set()

    def put(self, member: Member) -> None:
        identity = member.process.identity
        self.take_out(identity)
        self.members[identity] = member
        self.user_ids[member.place.user_id] += 1
        self._stale.add(identity)

    def take_out(self, identity: Identity) -> None:
        member = self.members.pop(identity, None)
        if member is not None:
            self.user_ids[member.place.user_id] -= 1
            self._stale.add(identity)

    def touch(self, identity: Identity) -> None:
        """Its memory is another."""
        self._stale.add(identity)

    def sum_up(self, bytes_of: Callable[[Process], tuple[int, bool]]) -> None:
        """`bytes_of` tells the memory of a process, and whether that is its proportional share."""
        for identity in self._stale:
            told, member = self._told.pop(identity, None), self.members.get(identity)
            if told is not None:
                self.memory_bytes -= told[0]
                self.by_share[told[1]] -= 1
            if member is not None and member.process.resident_bytes:
                told = self._told[identity] = bytes_of(member.process)
                self.memory_bytes += told[0]
                self.by_share[told[1]] += 1
        self._stale.clear()


class Membership:
    """Follows the listings of one table. `groups` are the workloads that have living processes."""

    def __init__(self, names: CgroupNames, users: Users) -> None:
        self._names = names
        self._users = users
        self._members: dict[Identity, Member] = {}
        self._changes = Changes()
        self._gone: set[Identity] = set()
        # When each is to be read again.
        self._turns: list[tuple[float, Identity]] = []
        self._trees: Mapping[int, Owner] = {}
        self.groups: dict[Owner, Group] = {}

    def update(self, roots: Roots, listing: Processes, facts: Facts, now: float) -> None:
        """`now` is the monotonic clock. Who is gone keeps its owner until forget()."""
        trees, before = dict(_trees(facts)), self._trees
        turnover, self._trees = self._changes.of(listing), trees
        for process in (*turnover.ended, *turnover.gone):
            self._leave(process.identity)
        self._gone.update(process.identity for process in turnover.gone)
        for process in turnover.changed if trees == before else listing.by_pid.values():
            self._put(roots, process, listing, now)
        for process in turnover.ended:
            if process.identity not in self._members:
                self._put(roots, process, listing, now)
        for process in self._due(listing, now):
            self._put(roots, process, listing, now)

    def _due(self, listing: Processes, now: float) -> Iterator[Process]:
        """Those whose control group is to be read again though they rest. In turns: all at once would take long."""
        while self._turns and self._turns[0][0] <= now:
            _, identity = heappop(self._turns)
            process = listing.by_pid.get(identity[0])
            if process is not None and process.identity == identity:
                yield process

    def _put(self, roots: Roots, process: Process, listing: Processes, now: float) -> None:
        identity = process.identity
        member = self._members.get(identity)
        parent = listing.by_pid.get(process.parent_pid) or listing.ended.get(process.parent_pid)
        parent_member = self._members.get(parent.identity) if parent else None
        place = self._place_of(roots, process, member, parent_member, now)
        if member is None or place is not member.place:
            heappush(self._turns, (place.again_at, identity))
        placed = self._member(
            roots, process, member=member, parent=parent_member, direct=self._trees.get(process.pid), place=place
        )
        if member is not None and member.owner != placed.owner:
            self._leave(identity)
        self._members[identity] = placed
        if process.pid in listing.by_pid:
            group = self.groups.get(placed.owner)
            if group is None:
                group = self.groups[placed.owner] = Group()
            group.put(placed)

    def owner(self, identity: Identity) -> Owner | None:
        member = self._members.get(identity)
        return member.owner if member else None

    def place(self, identity: Identity) -> Place | None:
        member = self._members.get(identity)
        return member.place if member else None

    def user(self, roots: Roots, group: Group) -> str:
        """Whose processes these are."""
        ids = [user_id for user_id, count in group.user_ids.items() if count]
        return self._user_name(roots, ids[0]) if len(ids) == 1 else SEVERAL_USERS

    def touch(self, identities: Iterable[Identity]) -> None:
        """The memory of these is another though they have not changed."""
        for identity in identities:
            member = self._members.get(identity)
            group = self.groups.get(member.owner) if member else None
            if group:
                group.touch(identity)

    def forget(self, but: Set[Identity]) -> None:
        """Forgets those that are gone, but for these."""
        for identity in self._gone - but:
            self._members.pop(identity, None)
        self._gone &= but

    def _leave(self, identity: Identity) -> None:
        member = self._members.get(identity)
        group = self.groups.get(member.owner) if member else None
        if member is None or group is None:
            return
        group.take_out(identity)
        if not group.members:
            del self.groups[member.owner]

    def _user_name(self, roots: Roots, user_id: int | None) -> str:
        return UNKNOWN_USER if user_id is None else self._users.name(roots, user_id)

    def _place_of(
        self, roots: Roots, process: Process, member: Member | None, parent: Member | None, now: float
    ) -> Place:
        """Where a process is, which is read again seldom. It is born where its parent is."""
        if member is not None and now < member.place.again_at:
            return member.place
        if process.is_of_kernel:
            return Place(0, None, None, now + AGAIN_SECONDS)
        user_id = _user_id(roots, process.pid)
        if member is None and parent is not None:
            return Place(user_id, parent.place.placement, parent.place.group, now + AGAIN_SOON_SECONDS)
        placement, group = _placement(roots, process.pid)
        # In the first look of all, one that was born a moment ago may come before its parent.
        return Place(user_id, placement, group, now + (AGAIN_SOON_SECONDS if member is None else AGAIN_SECONDS))

    def _member(
        self,
        roots: Roots,
        process: Process,
        *,
        member: Member | None,
        parent: Member | None,
        direct: Owner | None,
        place: Place,
    ) -> Member:
        """`direct` is the owner of the tree that begins with the process."""
        if process.is_of_kernel:
            return Member(process, KERNEL, None, None, False, place)
        is_left = member is not None and (member.is_left or member.process.parent_pid != process.parent_pid)
        inherited = (member.tree if member and is_left else None) or (parent.tree if parent else None)
        label = member.label if member else None
        if member is None and inherited is None and direct is None:
            label = read_label(roots, process.pid)
        if label is not None:
            direct = direct or run_owner(label, "run-label")
        tree = min((one for one in (direct, inherited) if one), key=lambda one: RANKS[one.kind], default=None)
        return Member(process, tree or self._apart(roots, process, place), tree, label, is_left, place)

    def _apart(self, roots: Roots, process: Process, place: Place) -> Owner:
        """The owner of a process that is in no tree. A process may call itself nothing, or a blank."""
        name = clean(process.name) if process.name.strip() else "unnamed"
        return self.owner_of_group(roots, place.placement) or program_owner(name, self._user_name(roots, place.user_id))

    def owner_of_group(self, roots: Roots, placement: Placement | None) -> Owner | None:
        """The workload that a control group is; None for those that are none."""
        if placement is not None and is_workload(placement):
            name = self._names.name(roots, placement)
            return Owner(f"{placement.kind}:{name}", name, placement.kind, "cgroup")
        return None


def _trees(facts: Facts) -> Iterator[tuple[int, Owner]]:
    """Owners of trees by the processes that they begin with; of two the one that comes later counts."""
    for pid, name in facts.kernels.items():
        yield pid, kernel_owner(name)
    for component, pids in facts.components.items():
        for pid in pids:
            if component != NOT_A_WORKLOAD:
                yield pid, component_owner(component)
    for pid, path in facts.runs.items():
        yield pid, run_owner(path, "process-tree")


def _user_id(roots: Roots, pid: int) -> int | None:
    if sys.platform != "linux" and roots == Roots():
        return _user_id_by_psutil(pid)
    try:
        return os.stat(f"{roots.proc}/{pid}").st_uid  # noqa: PTH116 - a Path each is dear
    except OSError:
        return None


def _user_id_by_psutil(pid: int) -> int | None:
    import psutil  # noqa: PLC0415 - Linux does without

    try:
        return int(psutil.Process(pid).uids().real)
    except (psutil.Error, AttributeError):  # Windows has no such numbers
        return None


def _placement(roots: Roots, pid: int) -> tuple[Placement | None, GroupPath | None]:
    try:
        content = read_file(f"{roots.proc}/{pid}/cgroup")
    except OSError:
        return None, None
    return _placement_in(content)


# Most processes are in few groups, and each is read again once a minute.
@lru_cache(maxsize=256)
def _placement_in(content: bytes) -> tuple[Placement | None, GroupPath | None]:
    placement = place_of(content)
    return placement, group_path(content, placement) if placement and is_workload(placement) else None


def is_workload(placement: Placement) -> bool:
    return not NO_WORKLOAD.fullmatch(placement.name_key)
