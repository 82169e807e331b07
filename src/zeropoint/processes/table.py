"""The table of processes: listed once for all who ask within a second, at a cost that follows activity.

Where it can, it asks the CPU clock of each process, which costs little, and reads again only those that have run since:
one that has not can have changed nothing, but what the kernel takes from it. Where there are no clocks (PROC of a
machine around this container), one that rests is read the more seldom, the longer it does.

Linux: /proc/PID/stat and cmdline, proc(5). Elsewhere: psutil. Command lines are for recognising programs, in memory:
they may hold secrets, so nothing of them may reach a sample, a log or an error.
"""

import os
import re
import sys
import threading
import time
from collections.abc import Callable

import msgspec
from msgspec import Struct

from zeropoint.probe import Roots, read_file
from zeropoint.processes.cpu_clock import cpu_nanoseconds, has_clocks
from zeropoint.processes.machine_cpu import parse_machine_cpu
from zeropoint.processes.portable import list_by_psutil
from zeropoint.processes.process import Process, Processes

# Less than a second, so that who asks once a second never gets the list of last time.
MAX_AGE_SECONDS = 0.9
# What changes without that a process runs (its memory is taken, it is given another parent), and a program may replace
# itself without changing its name (exec of the same interpreter).
AGAIN_SECONDS = 30.0
# Without clocks: one that has rested for so long is read again after a quarter of that.
REST_SHARE = 0.25
BOOT_WOBBLE_SECONDS = 1.5
ARGUMENTS_LIMIT_BYTES = 64 * 1024
BOOT_TIME = re.compile(rb"^btime (\d+)$", re.MULTILINE)
FORKS = re.compile(rb"^processes (\d+)$", re.MULTILINE)
CLOCK_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class Known(Struct, gc=False):
    """What was read of a process, and when; times are the table's. `clock` is its CPU clock then, None without one."""

    process: Process
    has_ended: bool
    clock: int | None
    again_at: float
    arguments_at: float
    ran_at: float


class Moment(Struct, frozen=True):
    """One look at the processes."""

    roots: Roots
    now: float
    boot_time: float
    has_clocks: bool


class ProcessTable:
    """Lists the processes at most once in `max_age_seconds`, whichever thread asks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, max_age_seconds: float = MAX_AGE_SECONDS) -> None:
        self._clock = clock
        self._max_age_seconds = max_age_seconds
        self._lock = threading.Lock()
        self._listed: tuple[Roots, Processes] | None = None
        # Of all that are there; in the two others by whether they have ended and were not waited for yet.
        self._known: dict[int, Known] = {}
        self._found: dict[int, Process] = {}
        self._ended: dict[int, Process] = {}
        # Those that went while the last look was at work: their children have other parents now.
        self._lately_gone: set[int] = set()
        self._forks: bytes | None = None
        self._boot_time = 0.0
        self._hurried = False

    def look(self, roots: Roots) -> Processes:
        """The processes now, or a moment ago."""
        with self._lock:
            now = self._clock()
            if (
                self._listed is None
                or self._listed[0] != roots
                or now - self._listed[1].listed_at >= self._max_age_seconds
            ):
                portable = sys.platform != "linux" and roots == Roots()
                if self._listed is not None and self._listed[0] != roots:
                    self._forget_all()
                self._listed = roots, list_by_psutil(now) if portable else self._list(roots, now)
            return self._listed[1]

    def hurry(self) -> None:
        """Has the next look read every process: more is used than those that were read explain."""
        self._hurried = True

    def _list(self, roots: Roots, now: float) -> Processes:
        clocks = has_clocks(roots)
        try:
            machine = read_file(f"{roots.proc}/stat")
            listed = self._listing(roots, machine, clocks)
        except OSError as error:
            self._forget_all()
            return Processes({}, f"{roots.proc} cannot be read: {error.strerror}", now)
        moment = Moment(roots, now, self._boot_time_of(machine), clocks)
        due, gone = self._by_clocks(now) if clocks else self._by_rest(now)
        if listed is not None:
            gone |= self._known.keys() - listed
            due.update(dict.fromkeys(sorted(listed - self._known.keys())))
        for pid in gone:
            due.pop(pid, None)
            self._drop(pid)
        self._read_due(due, gone, moment)
        # Mounted with hidepid, /proc shows nothing of other users' processes, the first one's among them.
        shortfall = None if 1 in self._found else f"{roots.proc} does not show the processes of others"
        return Processes({**self._found}, shortfall, now, {**self._ended}, parse_machine_cpu(machine), clocks)

    def _by_clocks(self, now: float) -> tuple[dict[int, int | None], set[int]]:
        """Who is to be read, with the clock, and who is gone: one that has run since, or was not read for long."""
        due: dict[int, int | None] = {}
        gone = set()
        for pid, known in self._known.items():
            try:
                clock = cpu_nanoseconds(pid)
            except OSError:
                gone.add(pid)
                continue
            if clock == known.clock and now < known.again_at and not self._hurried:
                continue
            if known.process.is_of_kernel and now < known.again_at:
                # Nothing else of it changes.
                known.process = msgspec.structs.replace(known.process, cpu_seconds_total=clock / 1e9)
                known.clock = clock
                self._found[pid] = known.process
            else:
                due[pid] = clock
        return due, gone

    def _by_rest(self, now: float) -> tuple[dict[int, int | None], set[int]]:
        """The same without clocks; the listing tells who is gone."""
        due: dict[int, int | None] = {}
        for pid, known in self._known.items():
            if self._hurried or known.has_ended or now >= known.again_at:
                due[pid] = None
        return due, set()

    def _read_due(self, due: dict[int, int | None], gone: set[int], moment: Moment) -> None:
        left = gone | self._lately_gone
        if left:
            for pid, known in self._known.items():
                if known.process.parent_pid in left:
                    due.setdefault(pid, known.clock)
        self._hurried, self._lately_gone = False, set()
        waited = set()
        for pid, clock in due.items():
            before = self._known.get(pid)
            now = _read(pid, before, _clock_of(pid) if moment.has_clocks and clock is None else clock, moment)
            if now is None:
                self._lately_gone.add(pid)
                self._drop(pid)
                continue
            self._put(pid, now)
            if before and now.process.reaped_cpu_seconds_total > before.process.reaped_cpu_seconds_total:
                waited.add(pid)
        if not waited or not moment.has_clocks:
            return
        # Whom they have waited for is gone, though its own clock may have told a moment before.
        for pid in [pid for pid, known in self._known.items() if known.process.parent_pid in waited]:
            if _clock_of(pid) is None:
                self._lately_gone.add(pid)
                self._drop(pid)

    def _put(self, pid: int, known: Known) -> None:
        self._known[pid] = known
        here, other = (self._ended, self._found) if known.has_ended else (self._found, self._ended)
        here[pid] = known.process
        other.pop(pid, None)

    def _drop(self, pid: int) -> None:
        for of in (self._known, self._found, self._ended):
            of.pop(pid, None)

    def _forget_all(self) -> None:
        self._known, self._found, self._ended, self._forks = {}, {}, {}, None

    def _boot_time_of(self, machine: bytes) -> float:
        """It is told in whole seconds and may wobble by one, which must not make others of all processes."""
        boot = BOOT_TIME.search(machine)
        told = float(boot[1]) if boot else 0.0
        if abs(told - self._boot_time) > BOOT_WOBBLE_SECONDS:
            self._boot_time = told
        return self._boot_time

    def _listing(self, roots: Roots, machine: bytes, clocks: bool) -> set[int] | None:
        """All that there are; None where that can be left out: by clocks, which tell who is gone, while the kernel has
        made no process or thread. Raises OSError."""
        forks = FORKS.search(machine)
        count, self._forks = self._forks, forks[1] if forks else None
        if clocks and self._known and count is not None and count == self._forks:
            return None
        return {int(name) for name in os.listdir(roots.proc) if name.isdigit()}  # noqa: PTH208 - a Path each is dear


def _clock_of(pid: int) -> int | None:
    """None for one that is gone."""
    try:
        return cpu_nanoseconds(pid)
    except OSError:
        return None


def _read(pid: int, known: Known | None, clock: int | None, moment: Moment) -> Known | None:
    roots, now = moment.roots, moment.now
    try:
        # The name stands in parentheses and may hold anything, so fields are counted from its end: the state is the
        # third of all, the parent the 4th, user and system time the 14th and 15th, those of children that were waited
        # for the 16th and 17th, the start the 22nd, resident pages the 24th.
        head, _, rest = read_file(f"{roots.proc}/{pid}/stat").rpartition(b") ")
        fields = rest.split()
        state, parent = fields[0], int(fields[1])
        user, system, reaped_user, reaped_system = map(int, fields[11:15])
        start, resident = int(fields[19]), int(fields[21])
    except (OSError, ValueError, IndexError):
        return None
    name = head.partition(b"(")[2].decode(errors="replace")
    started = moment.boot_time + start / CLOCK_TICKS
    same = known is not None and (known.process.started, known.process.name) == (started, name)
    if known is not None and same and now - known.arguments_at < AGAIN_SECONDS:
        arguments, arguments_at = known.process.arguments, known.arguments_at
    else:
        arguments, arguments_at = _arguments(roots, pid), now
    seconds = (user + system) / CLOCK_TICKS if clock is None else clock / 1e9
    process = Process(
        pid,
        parent,
        name,
        started,
        seconds,
        arguments,
        (reaped_user + reaped_system) / CLOCK_TICKS,
        resident * PAGE_BYTES,
    )
    ran = known is None or not same or seconds != known.process.cpu_seconds_total
    ran_at = now if known is None or ran else known.ran_at
    rest_seconds = AGAIN_SECONDS if clock is not None else min(AGAIN_SECONDS, REST_SHARE * (now - ran_at))
    return Known(process, state in (b"Z", b"X"), clock, now + rest_seconds, arguments_at, ran_at)


def _arguments(roots: Roots, pid: int) -> tuple[str, ...]:
    try:
        content = read_file(f"{roots.proc}/{pid}/cmdline", ARGUMENTS_LIMIT_BYTES)
    except OSError:
        return ()
    return tuple(part.decode(errors="replace") for part in content.rstrip(b"\0").split(b"\0")) if content else ()
