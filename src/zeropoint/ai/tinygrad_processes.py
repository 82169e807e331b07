"""tinygrad's processes, and whether they work.

tinygrad opens .../tinygrad/cache.db, its cache of compiled kernels, when it compiles the first one, and holds it open
from then on (but for CACHELEVEL=0). No command line says so. To list what each process holds open is dear, so only
Python's are asked, and again only when they have used the processor since: one that has not can have opened nothing.
"""

import os
import time
from collections.abc import Iterable
from functools import lru_cache

from zeropoint.ai.growth import Growth
from zeropoint.probe import Absent, Roots
from zeropoint.processes import Changes, Process, Processes, ProcessTable, open_files

CACHE = "/tinygrad/cache.db"
PYTHONS = ("python", "pypy", "ipython", "jupyter")
# Of a look, for asking processes what they hold open; the next look goes on.
BUDGET_SECONDS = 0.01
# Of one core; an idle notebook takes some thousandths.
BUSY_SHARE = 0.1

Identity = tuple[int, float]


class TinygradProcesses:
    def __init__(self, processes: ProcessTable, budget_seconds: float = BUDGET_SECONDS) -> None:
        self._processes = processes
        self._budget_seconds = budget_seconds
        self._changes = Changes()
        self._holders: set[Identity] = set()
        # Those that have run since they were asked.
        self._waiting: dict[Identity, Process] = {}
        # When each of the others was asked last, and the CPU time that it had used.
        self._asked: dict[Identity, tuple[float, float]] = {}
        self._closed: set[Identity] = set()
        self._growth = Growth()
        self._busy_at: float | None = None
        # When one of them was last seen to have ended, in seconds since 1970.
        self.ended_at: float | None = None

    @property
    def pids(self) -> set[int]:
        """Processes that hold the cache open."""
        return {pid for pid, _ in self._holders}

    @property
    def closed_count(self) -> int:
        """How many of Python's processes may not be asked."""
        return len(self._closed)

    def look(self, roots: Roots, now: float, wall: float) -> None:
        """`now` is the monotonic clock, `wall` the time."""
        turnover = self._changes.of(self._processes.look(roots))
        for identity in (process.identity for process in (*turnover.ended, *turnover.gone)):
            if identity in self._holders:
                self.ended_at = wall
            self._holders.discard(identity)
            self._closed.discard(identity)
            self._asked.pop(identity, None)
            self._waiting.pop(identity, None)
        for process in turnover.changed:
            # This process holds a socket for each subscriber.
            if is_python(process) and process.pid != os.getpid():
                self._waiting[process.identity] = process
        began = time.perf_counter()
        for process in self._to_ask():
            if time.perf_counter() - began >= self._budget_seconds:
                return
            del self._waiting[process.identity]
            self._ask(roots, process, now)

    def _to_ask(self) -> list[Process]:
        """Those that may have opened it meanwhile; first who was never asked, then who waits longest."""
        never = (float("-inf"), -1.0)
        for identity, process in [*self._waiting.items()]:
            if identity in self._holders or self._asked.get(identity, never)[1] == process.cpu_seconds_total:
                del self._waiting[identity]
        return sorted(self._waiting.values(), key=lambda process: self._asked.get(process.identity, never)[0])

    def _ask(self, roots: Roots, process: Process, now: float) -> None:
        self._asked[process.identity] = now, process.cpu_seconds_total
        files = open_files(roots, process.pid, is_cache)
        if isinstance(files, Absent):
            self._closed.add(process.identity)
        elif files:
            self._holders.add(process.identity)
            del self._asked[process.identity]

    def busy_at(self, roots: Roots, now: float, wall: float, pids: Iterable[int], but: Iterable[int]) -> float | None:
        """When these and their descendants, but for those and theirs, were last seen to use the processor."""
        processes = self._processes.look(roots)
        totals = {process.identity: process.cpu_seconds_total for process in chosen(processes, pids, but)}
        share = self._growth.per_second(totals, now)
        if not isinstance(share, Absent) and share >= BUSY_SHARE:
            self._busy_at = wall
        return self._busy_at


def is_python(process: Process) -> bool:
    return runs_python(process.name, process.arguments[0] if process.arguments else "")


@lru_cache(maxsize=1024)
def runs_python(name: str, program: str) -> bool:
    """Whether a process of this name runs Python; asked for every process in each look."""
    return name.startswith(PYTHONS) or os.path.basename(program).startswith(PYTHONS)  # noqa: PTH119 - a Path is dear


def is_cache(path: str) -> bool:
    return path.removesuffix(" (deleted)").endswith(CACHE)


def chosen(processes: Processes, pids: Iterable[int], but: Iterable[int]) -> list[Process]:
    return [processes.by_pid[pid] for pid in processes.tree(pids) - processes.tree(but)]
