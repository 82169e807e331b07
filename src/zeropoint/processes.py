"""The processes of the watched machine, listed once for all who ask within a second.

Linux: /proc/PID/stat and cmdline, proc(5). Elsewhere: psutil. Command lines are for recognising programs, in memory:
they may hold secrets, so nothing of them may reach a sample, a log or an error.
"""

import itertools
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from zeropoint.probe import Absent, Roots, read_file

MAX_AGE_SECONDS = 1.0
# A program may replace itself without changing its name (exec of the same interpreter).
ARGUMENTS_AGE_SECONDS = 30.0
ARGUMENTS_LIMIT_BYTES = 64 * 1024
# Of the descriptors of a process; it may have a million.
MOST_DESCRIPTORS = 4096
BOOT_TIME = re.compile(rb"^btime (\d+)$", re.MULTILINE)
DEAREST_SHARE = 0.005
# The parent of all threads of the kernel's own, since Linux 2.6.
KTHREADD = 2
NO_PERMISSION = "its open files may be read by its user and root only"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Process(Struct, frozen=True):
    """One process. `started` is in seconds since 1970; `arguments` is empty for kernel threads, and where they may not
    be read. `identity` tells it from a later one with the same number."""

    pid: int
    parent_pid: int
    name: str
    started: float
    cpu_seconds_total: float
    arguments: tuple[str, ...]

    @property
    def identity(self) -> tuple[int, float]:
        return self.pid, self.started


class Processes(Struct, frozen=True):
    """All processes that can be seen. `shortfall` says why some can not, None where all are there; `listed_at` is
    the time of the listing on the table's clock, which rates refer to."""

    by_pid: Mapping[int, Process]
    shortfall: str | None
    listed_at: float = 0.0

    def matching(self, wanted: Callable[[Process], bool]) -> list[Process]:
        """Those that `wanted` takes, in the order of their numbers."""
        return [self.by_pid[pid] for pid in sorted(self.by_pid) if wanted(self.by_pid[pid])]

    def tree(self, roots: Iterable[int]) -> set[int]:
        """The numbers of these processes and all that descend from them, as far as they live."""
        children: dict[int, list[int]] = {}
        for process in self.by_pid.values():
            children.setdefault(process.parent_pid, []).append(process.pid)
        found: set[int] = set()
        waiting = [pid for pid in roots if pid in self.by_pid]
        while waiting:
            pid = waiting.pop()
            if pid not in found:
                found.add(pid)
                waiting.extend(children.get(pid, ()))
        return found


class ProcessTable:
    """Lists the processes at most once in MAX_AGE_SECONDS, whichever thread asks; less often where there are so many
    that it would take more than a DEAREST_SHARE of a core."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._listed: tuple[Roots, float, Processes] | None = None
        self._arguments: dict[tuple[int, int, str], tuple[float, tuple[str, ...]]] = {}
        # Half of all processes are the kernel's own threads, which come and go seldom and are no program of anybody.
        self._kernel_threads: dict[int, Process] = {}
        self._kernel_threads_due = 0.0
        self._pause_seconds = MAX_AGE_SECONDS

    def look(self, roots: Roots) -> Processes:
        """The processes now, or a moment ago."""
        with self._lock:
            now = self._clock()
            if self._listed is None or self._listed[0] != roots or now - self._listed[1] >= self._pause_seconds:
                began = time.thread_time()
                portable = sys.platform != "linux" and roots == Roots()
                self._listed = (roots, now, _by_psutil(now) if portable else self._list(roots, now))
                self._pause_seconds = max(MAX_AGE_SECONDS, (time.thread_time() - began) / DEAREST_SHARE)
            return self._listed[2]

    def _list(self, roots: Roots, now: float) -> Processes:
        try:
            boot = BOOT_TIME.search(read_file(f"{roots.proc}/stat"))
            pids = [int(name) for name in os.listdir(roots.proc) if name.isdigit()]  # noqa: PTH208 - a Path each is dear
        except OSError as error:
            return Processes({}, f"{roots.proc} cannot be read: {error.strerror}", now)
        boot_time = float(boot[1]) if boot else 0.0
        before, self._arguments = self._arguments, {}
        if now >= self._kernel_threads_due:
            self._kernel_threads, self._kernel_threads_due = {}, now + ARGUMENTS_AGE_SECONDS
        found = {}
        for pid in pids:
            process = self._kernel_threads.get(pid) or self._read(roots, pid, boot_time, now, before)
            if process is not None:
                found[pid] = process
                if process.parent_pid == KTHREADD and not process.arguments:
                    self._kernel_threads[pid] = process
        # Mounted with hidepid, /proc shows nothing of other users' processes, the first one's among them.
        return Processes(found, None if 1 in found else f"{roots.proc} does not show the processes of others", now)

    def _read(
        self,
        roots: Roots,
        pid: int,
        boot_time: float,
        now: float,
        before: Mapping[tuple[int, int, str], tuple[float, tuple[str, ...]]],
    ) -> Process | None:
        """None for one that has ended."""
        try:
            # The name stands in parentheses and may hold anything, so fields are counted from its end: the state is
            # the third of all, the parent the 4th, user and system time the 14th and 15th, the start the 22nd.
            head, _, rest = read_file(f"{roots.proc}/{pid}/stat").rpartition(b") ")
            fields = rest.split()
            state, parent, start = fields[0], int(fields[1]), int(fields[19])
            ticks = int(fields[11]) + int(fields[12])
        except (OSError, ValueError, IndexError):
            return None
        if state in (b"Z", b"X"):
            return None
        name = head.partition(b"(")[2].decode(errors="replace")
        known = before.get((pid, start, name))
        if known is None or now - known[0] >= ARGUMENTS_AGE_SECONDS:
            known = (now, _arguments(roots, pid))
        self._arguments[pid, start, name] = known
        return Process(pid, parent, name, boot_time + start / CLOCK_TICKS, ticks / CLOCK_TICKS, known[1])


def _arguments(roots: Roots, pid: int) -> tuple[str, ...]:
    try:
        content = read_file(f"{roots.proc}/{pid}/cmdline", ARGUMENTS_LIMIT_BYTES)
    except OSError:
        return ()
    return tuple(part.decode(errors="replace") for part in content.rstrip(b"\0").split(b"\0")) if content else ()


class OpenFile(Struct, frozen=True):
    """A file that a process holds open; `path` as the process sees it. `position` grows as it writes."""

    path: str
    descriptor: int
    writable: bool | None
    position: int | None


def open_files(roots: Roots, pid: int, wanted: Callable[[str], bool] | None = None) -> list[OpenFile] | Absent:
    """The files that a process holds open; sockets, pipes and the like are left out.

    `wanted` takes or leaves a path: where only some are of interest, most of the cost is saved.
    """
    if sys.platform != "linux" and roots == Roots():
        files = _open_files_by_psutil(pid)
        return [file for file in files if wanted(file.path)] if wanted and isinstance(files, list) else files
    folder = f"{roots.proc}/{pid}"
    try:
        with os.scandir(f"{folder}/fd") as entries:
            names = [entry.name for entry in itertools.islice(entries, MOST_DESCRIPTORS)]
    except PermissionError:
        return Absent(NO_PERMISSION)
    except OSError:
        return []  # it has ended
    return [file for name in names if (file := _open_file(folder, name, wanted)) is not None]


def _open_file(folder: str, name: str, wanted: Callable[[str], bool] | None) -> OpenFile | None:
    try:
        path = os.readlink(f"{folder}/fd/{name}")  # noqa: PTH115 - as above
        if not path.startswith("/") or (wanted and not wanted(path)):
            return None
        # "pos:\t0\nflags:\t0100002\n...", flags in octal as of open(2): its last digit is the access mode.
        rows = dict(row.split(b":\t", 1) for row in read_file(f"{folder}/fdinfo/{name}").splitlines() if b":\t" in row)
        return OpenFile(path, int(name), int(rows[b"flags"], 8) & 3 != os.O_RDONLY, int(rows[b"pos"]))
    except (OSError, ValueError, KeyError):
        return None


def _by_psutil(now: float) -> Processes:
    import psutil  # noqa: PLC0415 - Linux does without

    found = {}
    for process in psutil.process_iter(["ppid", "name", "create_time", "cmdline", "status", "cpu_times"]):
        told = process.info
        if told["status"] == psutil.STATUS_ZOMBIE:
            continue
        times = told["cpu_times"]
        found[process.pid] = Process(
            process.pid,
            told["ppid"] or 0,
            told["name"] or "",
            told["create_time"] or 0.0,
            times.user + times.system if times else 0.0,
            tuple(told["cmdline"] or ()),
        )
    return Processes(found, None, now)


def _open_files_by_psutil(pid: int) -> list[OpenFile] | Absent:
    import psutil  # noqa: PLC0415 - Linux does without

    def opened() -> Iterator[OpenFile]:
        for file in psutil.Process(pid).open_files():
            yield OpenFile(file.path, file.fd, None, None)

    try:
        return list(opened())
    except psutil.AccessDenied:
        return Absent(NO_PERMISSION)
    except psutil.Error:
        return []
