"""What all components that artifacts tell of have in common."""

import os
import time
from abc import abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from msgspec import Struct

from zeropoint.ai.holders import Holders
from zeropoint.ai.runs import Runs
from zeropoint.ai.status import QUIET, Facts, Since, decide
from zeropoint.ai.tree import Limits, Tree
from zeropoint.model import FRESH_SECONDS, Component, Status
from zeropoint.probe import Absent, Missing, Probe, Reading, Roots
from zeropoint.processes import ProcessTable
from zeropoint.texts import rfc3339


class Common(Struct, frozen=True):
    """The fields of model.Component."""

    status: Status
    since: str
    last_updated: str | None
    reason: str | None
    pids: list[int] | None


class Outside(Struct, frozen=True):
    """What else than artifacts tells of a component: `pids` of its live processes, when these `worked`, whether it is
    `found` there at all, when it was last seen to work (`updated`), and what is to be said (`why`); when the last of
    its processes was seen to have `ended`."""

    pids: tuple[int, ...] = ()
    worked: float | None = None
    found: bool = False
    updated: float | None = None
    problem: str | None = None
    why: str | None = None
    quiet: str = QUIET
    ended: float | None = None


class ArtifactsComponent(Probe):
    """A component whose files lie below the artifacts directory. `clock` gives the wall time in seconds."""

    # A pass over the files is bounded; a mount whose server is gone is not.
    blocking: ClassVar[bool] = True
    period_seconds: ClassVar[float] = 2.0
    limit_seconds: ClassVar[float] = 5.0
    # The kinds of files that are evidence of work; None: all.
    evidence: ClassVar[tuple[str, ...] | None] = None
    # Those of them that show that it works now, where they are fresh; None: all of them.
    work: ClassVar[tuple[str, ...] | None] = None
    # Whether fresh evidence alone shows that something writes it.
    rows_suffice: ClassVar[bool] = False

    def __init__(
        self,
        artifacts: Path,
        *,
        processes: ProcessTable | None = None,
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
    ) -> None:
        self._artifacts = os.path.abspath(artifacts)  # noqa: PTH100 - Path.absolute leaves ".." in
        self._processes = processes or ProcessTable()
        self._clock = clock
        self._runs = Runs(self._artifacts, self.name, limits)
        # Where what is held open tells of it.
        self._holders: Holders | None = None
        self._trees = self._layout(self._artifacts, limits)
        self._seen: tuple[object, ...] = ()
        self._since = Since()

    @abstractmethod
    def _layout(self, artifacts: str, limits: Limits | None) -> tuple[Tree, ...]:
        """The trees that its files lie in, runs aside."""

    @abstractmethod
    def _report(self, wall: float, missing: Missing) -> Component:
        """The report, after all trees have been looked at."""

    @property
    @abstractmethod
    def looked_in(self) -> str:
        """Where its files are looked for, for people."""

    def read(self, roots: Roots, now: float) -> Reading:
        wall = self._clock()
        for tree in self._trees:
            tree.look(now, wall)
        self._runs.look(roots, now, wall)
        self._look_at_holders(roots, now, wall)
        missing = Missing()
        return Reading(self._report(wall, missing), missing)

    def _look_at_holders(self, roots: Roots, now: float, wall: float) -> None:
        # Without a folder nobody holds a file in it, and the processes need not be listed.
        if self._holders is None or not any(tree.exists for tree in self._trees):
            return
        seen = tuple(tree.fingerprint for tree in self._trees)
        if seen != self._seen:
            self._seen = seen
            self._holders.notice()
        self._holders.look(roots, now, wall)

    def _common(
        self,
        wall: float,
        missing: Missing,
        window_seconds: float = FRESH_SECONDS,
        outside: Outside = Outside(),  # noqa: B008 - it is frozen
    ) -> Common:
        of_files = [tree.newest_time(wall, self.evidence) for tree in self._trees]
        work = self.evidence if self.work is None else self.work
        of_work = [tree.newest_time(wall, work) for tree in self._trees]
        held = self._holders.held if self._holders else []
        held_worked = self._holders.worked(wall) if self._holders else None
        latest, life = self._runs.latest or (None, None)
        status, reason = decide(
            Facts(
                found=outside.found or any(tree.counts.total() for tree in (*self._trees, self._runs.tree)),
                worked=newest([*of_work, held_worked, self._runs.worked(wall), outside.worked]),
                window_seconds=window_seconds,
                live=bool(self._runs.live or held or outside.pids),
                latest=latest,
                latest_life=life,
                problem=joined([*(tree.shortfall for tree in (*self._trees, self._runs.tree)), outside.problem]),
                looked_in=self.looked_in,
                quiet=outside.quiet,
                ended=outside.ended,
            ),
            wall,
            rows_suffice=self.rows_suffice,
        )
        updated = newest([*of_files, held_worked, self._runs.tree.newest_time(wall), outside.updated])
        of_runs = {run.pid for run in self._runs.live if run.pid is not None}
        pids = sorted(of_runs | {one.pid for one in held} | set(outside.pids))
        return Common(
            status=status,
            since=self._since.observe(status, wall),
            last_updated=missing.take(
                "last_updated", Absent("no evidence of work has been found") if updated is None else rfc3339(updated)
            ),
            reason=joined(
                [
                    reason,
                    outside.why,
                    self._unseen(status),
                    *(tree.left_out for tree in (*self._trees, self._runs.tree)),
                ]
            ),
            pids=missing.take("pids", pids or Absent("no process of it is known")),
        )

    def _unseen(self, status: Status) -> str | None:
        """Why it may be at work all the same."""
        closed = self._holders.closed_count if self._holders and status == "stopped" else 0
        return f"what {closed:,} processes of other users hold open may not be seen" if closed else None


def newest(times: Iterable[float | None]) -> float | None:
    return max((time for time in times if time is not None), default=None)


def joined(reasons: Iterable[str | None]) -> str | None:
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason)) or None


def total(kinds: Iterable[str], *trees: Tree) -> int | Absent:
    """How many files of these kinds there are; why that is not known where not all could be looked at."""
    shortfall = joined(tree.shortfall for tree in trees)
    counted = sum(tree.counts[kind] for tree in trees for kind in kinds)
    return counted if shortfall is None else Absent(f"{shortfall}; {counted:,} counted" if counted else shortfall)
