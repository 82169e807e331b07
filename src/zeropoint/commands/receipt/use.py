"""CPU time and disk traffic of a run.

The kernel adds what a process and its waited-for children have used to the process that waits for it. So the first
process of a run has all of its tree in the end; what is to be added are those that nobody in the run has waited for:
they have left the tree, or go on after its end.
"""

from collections.abc import Mapping

from zeropoint.commands.receipt.tree import RunTree
from zeropoint.ledger.accounts import Identity, Movement
from zeropoint.ledger.disk_io import NO_PERMISSION, NOT_TOLD, Bytes, parse_io
from zeropoint.probe import Absent, Roots, read_file


class Use:
    """Follows the movements of one table. After update(): what the run used `in_interval`, CPU time in seconds, and
    whether it `had_traffic` with disks."""

    def __init__(self) -> None:
        self._absorbed: set[Identity] = set()
        # By processes that left and have ended.
        self._late_seconds = 0.0
        self._late_bytes: Bytes = (0, 0)
        self._gone_before: set[Identity] = set()
        self._disk: dict[Identity, Bytes] = {}
        self._disk_reason: str | None = None
        self.in_interval = 0.0
        self.by_children = 0.0
        self.had_traffic = False

    def update(self, roots: Roots, tree: RunTree, movement: Movement | None) -> None:
        members = tree.members
        if movement is not None:
            own = sum(seconds for one, seconds in movement.cpu_seconds.items() if one in members)
            late = self._settle(movement, members)
            self.by_children = late + sum(
                seconds for reaper, seconds in movement.children_cpu_seconds.items() if reaper in members
            )
            self.in_interval = own + self.by_children
        ran = members.keys() if movement is None else movement.cpu_seconds.keys() | movement.reaped_by.values()
        # The first process is read at each look: in the last one it has ended, and all is with it.
        self._read_disk(roots, {one for one in ran if one in members} | ({tree.root} if tree.root else set()))

    def forget_gone(self, tree: RunTree) -> None:
        """Keeps nothing of who is gone but the sums: a long run may have had millions of processes."""
        gone = {identity for identity in tree.members if identity not in tree.listed and identity != tree.root}
        # Who waited for a process may be seen one look after its end.
        for identity in gone & (self._absorbed | self._gone_before):
            process, disk = tree.members.pop(identity), self._disk.pop(identity, (0, 0))
            if identity not in self._absorbed:
                self._late_seconds += process.cpu_seconds_total + process.reaped_cpu_seconds_total
                self._late_bytes = self._late_bytes[0] + disk[0], self._late_bytes[1] + disk[1]
        self._absorbed &= tree.members.keys()
        self._gone_before = gone & tree.members.keys()

    def unwaited_cpu_seconds(self, tree: RunTree) -> float:
        left = tree.below_root(self._absorbed).values()
        return self._late_seconds + sum(one.cpu_seconds_total + one.reaped_cpu_seconds_total for one in left)

    def tree_cpu_seconds(self, tree: RunTree) -> float | Absent:
        """Of the first process and those that were waited for, as it was last seen."""
        if tree.root is None:
            return Absent("the job had ended before it was looked at")
        root = tree.members[tree.root]
        return root.cpu_seconds_total + root.reaped_cpu_seconds_total

    def disk_bytes(self, tree: RunTree) -> Bytes | Absent:
        """Read and written."""
        if self._disk_reason is not None:
            return Absent(self._disk_reason)
        if tree.root not in self._disk:
            return Absent("the job had ended before it was looked at")
        counted = [self._disk[one] for one in (tree.root, *tree.below_root(self._absorbed)) if one in self._disk]
        counted.append(self._late_bytes)
        return sum(read for read, _ in counted), sum(written for _, written in counted)

    def _settle(self, movement: Movement, members: Mapping[Identity, object]) -> float:
        """What those used that left the tree and have ended since they were last seen."""
        children: dict[Identity, list[bool]] = {}
        for child, reaper in movement.reaped_by.items():
            if child in members and reaper in members:
                self._absorbed.add(child)
            children.setdefault(reaper, []).append(child in members)
        # Where others are waited for by the same process, nobody tells whose it was.
        late = sum(
            seconds
            for reaper, seconds in movement.children_cpu_seconds.items()
            if reaper not in members and reaper in children and all(children[reaper])
        )
        self._late_seconds += late
        return late

    def _read_disk(self, roots: Roots, ran: set[Identity]) -> None:
        self.had_traffic = False
        for identity in ran:
            try:
                now = parse_io(read_file(f"{roots.proc}/{identity[0]}/io"))
            except PermissionError:
                self._disk_reason = NO_PERMISSION
            except FileNotFoundError:
                if not self._disk and roots.proc == "/proc" and not _is_told(roots):
                    self._disk_reason = NOT_TOLD
            except OSError:  # it has ended
                continue
            else:
                self.had_traffic |= now != self._disk.get(identity, (0, 0))
                self._disk[identity] = now


def _is_told(roots: Roots) -> bool:
    """Whether the kernel counts at all: it does of oneself then."""
    try:
        read_file(f"{roots.proc}/self/io")
    except OSError:
        return False
    return True
