"""Training runs of any framework, by TensorBoard's event files and Hugging Face's trainer_state.json.

They are looked for below the artifacts directory; event files that a recognised trainer holds open, anywhere. A run
lives as long as the process that writes its event file.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from msgspec import Struct

from zeropoint.ai.artifacts import Folder, Seen, rank
from zeropoint.ai.component import newest
from zeropoint.ai.event_writers import MARK, HeldFile, held_files, named_writer
from zeropoint.ai.recognise import Recogniser
from zeropoint.ai.status import Facts, Since, decide, window_seconds
from zeropoint.ai.trainer_state import NAME, output_of
from zeropoint.ai.training_report import TrainingReport
from zeropoint.ai.training_run import Source, TrainingRun
from zeropoint.ai.tree import Limits, Tree
from zeropoint.model import FRESH_SECONDS, Section
from zeropoint.probe import Absent, Missing, Probe, Reading, Roots
from zeropoint.texts import clean, rfc3339

TRAINERS = ("pytorch", "jax", "tensorflow", "jupyter_kernel")
# Of two runs that write side by side the one that is told stays, until another is newer by so much.
STAYS_NS = 10_000_000_000


class Writers(Struct, frozen=True):
    """The event files that are held open, and the processes that live of all writers that are known."""

    held: list[HeldFile]
    pids: list[int]


class Training(Probe):
    name: ClassVar[str] = "training"
    section: ClassVar[str] = "ai.components.training"
    report: ClassVar[type[Section]] = TrainingReport
    blocking: ClassVar[bool] = True
    optional: ClassVar[bool] = True
    period_seconds: ClassVar[float] = 2.0
    absent_seconds: ClassVar[float] = 2.0
    limit_seconds: ClassVar[float] = 5.0

    def __init__(
        self,
        artifacts: Path,
        recogniser: Recogniser,
        *,
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
    ) -> None:
        self._artifacts = os.path.abspath(artifacts)  # noqa: PTH100 - Path.absolute leaves ".." in
        # A run that begins is to be seen while it does: with a folder of its own, or beside the newest files.
        self._tree = Tree(self._artifacts, (), kind_of, stirring=self._of_newest, limits=limits)
        self._recogniser = recogniser
        self._clock = clock
        self._run = TrainingRun(self._tree)
        self._since = Since()
        self._found = self._had_writer = False
        self._released = 0.0

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        wall = self._clock()
        self._tree.look(now, wall)
        recognised = self._recogniser.look(roots)
        trainers = {one.pid: one for kind in TRAINERS for one in recognised.of_kind.get(kind, ())}
        held = held_files(roots, trainers.values())
        source, state = self._newest_events(held, wall), self._newest_state(wall)
        if source is None and state is None and not self._found:
            return Absent(f"no event file and no {NAME} in {clean(self._artifacts)}")
        self._found = True
        missing = Missing()
        named = [named_writer(seen.name, roots) for seen in self._tree.newest.get("events", ())]
        pids = {one.pid for one in held} | {one.pid for one in named if one is not None and one.life == "live"}
        return Reading(self._report(source, state, Writers(held, sorted(pids)), wall, missing), missing)

    def _of_newest(self) -> frozenset[Folder]:
        return frozenset(seen.folder for newest in self._tree.newest.values() for seen in newest)

    def _newest_events(self, held: list[HeldFile], wall: float) -> Source | None:
        """The event file to tell, with who holds it."""
        by_inode = {one.file[1]: one for one in held}
        found = {one.file[1]: Source(one.folder, None, one.mtime_ns, None, one) for one in held}
        for seen in self._tree.newest.get("events", ()):
            label, inode = clean("/".join(seen.folder)) or ".", seen.signature[0]
            found[inode] = Source(label, seen.folder, seen.mtime_ns, seen, by_inode.get(inode))
        return max(
            found.values(),
            key=lambda one: rank(one.mtime_ns, wall) + STAYS_NS * (one.inode == self._run.inode),
            default=None,
        )

    def _newest_state(self, wall: float) -> Seen | None:
        states = self._tree.newest.get("state", ())
        return max(states, key=lambda seen: rank(seen.mtime_ns, wall), default=None)

    def _report(
        self, source: Source | None, state: Seen | None, writers: Writers, wall: float, missing: Missing
    ) -> TrainingReport:
        held, pids = writers.held, writers.pids
        if source is not None and state is not None and not belongs(state, source):
            # Another run's, which is told if it is the newer one.
            newer = not pids and state.mtime_ns > source.mtime_ns + STAYS_NS
            source, state = (None, state) if newer else (source, None)
        latest = self._run.latest(source, state, missing)
        updated = newest([self._tree.newest_time(wall), *(min(one.mtime_ns / 1e9, wall) for one in held)])
        if pids or self._had_writer:
            self._released = wall
        self._had_writer = bool(pids)
        # What was written about when its writer ended is no evidence of another one.
        is_evidence = updated is not None and (bool(pids) or updated > self._released + FRESH_SECONDS)
        status, reason = decide(
            Facts(
                found=True,
                worked=updated if is_evidence else None,
                window_seconds=window_seconds(self._run.usual_seconds),
                live=bool(pids),
                problem=self._tree.shortfall,
                looked_in=clean(self._artifacts),
            ),
            wall,
        )
        return TrainingReport(
            status=status,
            since=self._since.observe(status, wall),
            last_updated=missing.take(
                "last_updated", Absent("no file of a run is known") if updated is None else rfc3339(updated)
            ),
            reason=reason,
            pids=missing.take("pids", pids or Absent("no process is known to write an event file")),
            runs_count=missing.take("runs_count", self._runs_count(held)),
            latest=missing.take("latest", latest),
        )

    def _runs_count(self, held: list[HeldFile]) -> int | Absent:
        if self._tree.shortfall is not None:
            return Absent(self._tree.shortfall)
        writers = set(self._tree.folders("events"))
        above = {folder[:depth] for folder in writers for depth in range(len(folder) + 1)}
        # A Trainer's event files lie below its output folder, and are the same run.
        alone = {output_of(folder) for folder in self._tree.folders("state")} - above
        inside = {seen.signature[0] for seen in self._tree.newest.get("events", ())}
        elsewhere = {one.folder for one in held if one.file[1] not in inside}
        return len(writers) + len(alone) + len(elsewhere)


def kind_of(_: Folder, name: str) -> str | None:
    return "state" if name == NAME else "events" if MARK in name else None


def belongs(state: Seen, source: Source) -> bool:
    """Whether the Trainer that wrote the state wrote the event file: it lies below its output folder."""
    output = output_of(state.folder)
    return source.folder is not None and source.folder[: len(output)] == output
