"""Processes that hold files below a folder open to write, and when they last wrote.

To list what every process holds open costs more than all other reading of the machine. So all are looked at when
something below the folder has changed that no known holder explains, and seldom otherwise; between these times only
those that are new. Holders that are known are looked at each time: a number that was given to another process since
costs nothing, as that one is a holder too if it holds such a file.
"""

import os
import time
from collections import deque

from msgspec import Struct

from zeropoint.probe import Absent, Roots
from zeropoint.processes import OpenFile, Process, ProcessTable, open_files

# Processes are listed after 10 s at the earliest, and so many times the CPU time of that and of the looks: half a
# percent of a core. When nothing has changed, all of them are looked at for a twentieth of that.
LIST_AGAIN_SECONDS, LIST_DUTY, SELDOM_DUTY = 10.0, 200, 4000
# A look takes at most so long at a time; the next one goes on.
BUDGET_SECONDS = 0.02
# It opens its files after its start.
YOUNG_SECONDS = 3.0
MOST_HOLDERS, MOST_FILES = 64, 64

Identity = tuple[int, float]
# Size and time of a file that is held open. Its position would tell less: reading moves that too, and a write at a
# given place does not.
Mark = tuple[int, int]


class Holder(Struct):
    """A process that holds files open; `wrote_at` is when it was last seen to write, in seconds since 1970."""

    pid: int
    marks: dict[tuple[int, str], Mark]
    wrote_at: float = 0.0


class Holders:
    """The processes that hold files open to write below `folder`, an absolute path without links."""

    def __init__(self, folder: str, processes: ProcessTable, budget_seconds: float = BUDGET_SECONDS) -> None:
        self._folder = folder.rstrip("/") + "/"
        self._below: tuple[str, ...] = (self._folder,)
        self._processes = processes
        self._budget_seconds = budget_seconds
        self._held: dict[int, Holder] = {}
        self._looked_at: set[Identity] = set()
        self._closed: set[Identity] = set()
        self._waiting: deque[Process] = deque()
        self._changed = False
        self._listed_at = self._all_looked_at = float("-inf")
        self._spent_seconds = 0.0
        self._all_spent_seconds = 0.0

    @property
    def held(self) -> list[Holder]:
        return list(self._held.values())

    @property
    def closed_count(self) -> int:
        """How many processes there are whose open files may not be read."""
        return len(self._closed)

    def worked(self, wall: float) -> float | None:
        """When one of them last wrote; times in the future say nothing."""
        return max((holder.wrote_at for holder in self._held.values() if 0 < holder.wrote_at <= wall), default=None)

    def notice(self) -> None:
        """Something below the folder has changed: somebody writes there."""
        self._changed = True

    def look(self, roots: Roots, now: float, wall: float) -> None:
        """`now` is the monotonic clock, `wall` the time."""
        # Where the machine's / lies elsewhere for the appliance, its processes do not know that place.
        outside = self._folder.removeprefix(roots.root.rstrip("/"))
        self._below = (self._folder, outside)
        wrote_before = self.worked(wall)
        for pid in list(self._held):
            self._look_at(roots, pid, wall)
        if self.worked(wall) != wrote_before:
            self._changed = False
        began, spent_before = time.perf_counter(), time.thread_time()
        if not self._waiting and now >= self._listed_at + max(LIST_AGAIN_SECONDS, LIST_DUTY * self._spent_seconds):
            self._list(roots, now, wall)
        while self._waiting and time.perf_counter() - began < self._budget_seconds:
            process = self._waiting.popleft()
            self._looked_at.add(process.identity)
            if process.pid not in self._held and process.pid != os.getpid():
                self._look_at(roots, process.pid, wall, process.identity)
        self._spent_seconds += time.thread_time() - spent_before

    def _list(self, roots: Roots, now: float, wall: float) -> None:
        """Notes which processes to look at: all, or those that are new and have had time to open something."""
        if self._all_looked_at == self._listed_at:
            self._all_spent_seconds = self._spent_seconds
        self._listed_at, self._spent_seconds = now, 0.0
        processes = self._processes.look(roots).by_pid.values()
        here = {process.identity for process in processes}
        self._looked_at &= here
        self._closed &= here
        if self._changed or now >= self._all_looked_at + SELDOM_DUTY * self._all_spent_seconds:
            self._changed, self._all_looked_at = False, now
            self._waiting.extend(processes)
        else:
            self._waiting.extend(
                process
                for process in processes
                if process.identity not in self._looked_at and wall - process.started >= YOUNG_SECONDS
            )

    def _look_at(self, roots: Roots, pid: int, wall: float, identity: Identity | None = None) -> None:
        files = open_files(roots, pid, self._is_below)
        if isinstance(files, Absent):
            if identity is not None:
                self._closed.add(identity)
            return
        written = [file for file in files if file.writable is not False][:MOST_FILES]
        marks = {(file.descriptor, file.path): mark_of(roots, pid, file) for file in written}
        if not marks:
            self._held.pop(pid, None)
            return
        known = self._held.get(pid)
        if known is None:
            if len(self._held) >= MOST_HOLDERS:
                return
            known = self._held[pid] = Holder(pid, {})
        for of, mark in marks.items():
            if of not in known.marks:
                # What was written before it was seen is told by the file's own time.
                known.wrote_at = max(known.wrote_at, mark[1] / 1e9 if mark[1] <= wall * 1e9 else 0.0)
            elif known.marks[of] != mark:
                known.wrote_at = wall
        known.marks = marks

    def _is_below(self, path: str) -> bool:
        return path.startswith(self._below) and not path.endswith(" (deleted)")


def mark_of(roots: Roots, pid: int, file: OpenFile) -> Mark:
    # Where there is no /proc, positions are not told either.
    path = file.path if file.position is None else f"{roots.proc}/{pid}/fd/{file.descriptor}"
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path each is dear
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns
