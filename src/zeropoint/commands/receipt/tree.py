"""Which processes belong to a run: its first one, who descends from a process of it, and who bears its label.

A process that has left the tree (its parent ended, so that init has it now) stays in the run, and what it starts is of
the run too. One that left unseen, between two looks, is found by the label that it inherited.
"""

from collections.abc import Iterable

from zeropoint.ledger.accounts import Identity
from zeropoint.ledger.label import read_label
from zeropoint.probe import Roots
from zeropoint.processes import Process, Processes

# Starts are told in hundredths of a second since the boot, whose time is told in whole seconds.
START_SLACK_SECONDS = 2.0


class RunTree:
    """`members` are those that were seen, as they were last seen, until they are forgotten; `alive` those of the last
    listing that have not ended, `listed` all of it. `label` is NAME/ID, None for a run that has none; `started` is in
    seconds since 1970."""

    def __init__(self, pid: int, label: str | None, started: float) -> None:
        self._pid = pid
        self._label = label
        self._earliest = started - START_SLACK_SECONDS
        self.root: Identity | None = None
        self.members: dict[Identity, Process] = {}
        self.alive: dict[int, Process] = {}
        self.listed: set[Identity] = set()
        self._others: set[Identity] = set()

    def update(self, roots: Roots, listing: Processes) -> None:
        listed = (*listing.by_pid.values(), *listing.ended.values())
        by_pid = {process.pid: process.identity for process in listed}
        self.listed = set(by_pid.values())
        others = self._others
        self._others = set()
        # A number that was given again may stand before its parent.
        for process in sorted(listed, key=lambda one: one.started):
            known = process.identity in self.members
            if not known and (process.identity in others or not self._belongs(roots, process, by_pid)):
                self._others.add(process.identity)
                continue
            self.members[process.identity] = process
            if process.pid == self._pid and self.root is None:
                self.root = process.identity
        self.alive = {pid: one for pid, one in listing.by_pid.items() if one.identity in self.members}

    def _belongs(self, roots: Roots, process: Process, by_pid: dict[int, Identity]) -> bool:
        if process.pid == self._pid or by_pid.get(process.parent_pid) in self.members:
            return True
        return (
            self._label is not None
            and process.started >= self._earliest
            and not process.is_of_kernel
            and read_label(roots, process.pid) == self._label
        )

    def below_root(self, but: Iterable[Identity]) -> dict[Identity, Process]:
        """All members but the first process and `but`."""
        left_out = {*but, self.root}
        return {identity: one for identity, one in self.members.items() if identity not in left_out}
