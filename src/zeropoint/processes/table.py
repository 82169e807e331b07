"""The table of processes: listed once for all who ask within a second, at a cost that follows activity.

Where it can, it asks the CPU clock of each process, which costs little, and reads again only those that have run since:
one that has not can have changed nothing, but what the kernel takes from it. Where there are no clocks (PROC of a
machine around this container), one that rests is read the more seldom, the longer it does.

Linux: proc(5). Elsewhere: psutil.
"""

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Container, Iterable, Iterator

import msgspec

from zeropoint.probe import Roots, read_file
from zeropoint.processes.cpu_clock import cpu_nanoseconds, has_clocks
from zeropoint.processes.machine_cpu import parse_machine_cpu
from zeropoint.processes.numbers import Numbers
from zeropoint.processes.portable import list_by_psutil
from zeropoint.processes.process import Processes
from zeropoint.processes.reading import Moment, read_process
from zeropoint.processes.register import Register

# Less than a second, so that who asks once a second never gets the list of last time.
MAX_AGE_SECONDS = 0.9
BOOT_WOBBLE_SECONDS = 1.5
BOOT_TIME = re.compile(rb"^btime (\d+)$", re.MULTILINE)


class ProcessTable:
    """Lists the processes at most once in `max_age_seconds`, whichever thread asks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, max_age_seconds: float = MAX_AGE_SECONDS) -> None:
        self._clock = clock
        self._max_age_seconds = max_age_seconds
        self._lock = threading.Lock()
        self._listed: tuple[Roots, Processes] | None = None
        self._register = Register()
        # Those that went while the last look was at work: their children have other parents now.
        self._lately_gone: set[int] = set()
        self._numbers = Numbers()
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
        known = self._register.known
        try:
            machine = read_file(f"{roots.proc}/stat")
            given = self._numbers.given(roots, machine, now) if clocks else None
            listed = _listed(roots) if given is None else None
        except OSError as error:
            self._forget_all()
            return self._register.listing(f"{roots.proc} cannot be read: {error.strerror}", now, None, clocks)
        moment = Moment(roots, now, self._boot_time_of(machine), clocks)
        due, gone = self._by_clocks(now) if clocks else self._by_rest(now)
        if listed is not None:
            gone |= known.keys() - listed
            due.update(dict.fromkeys(sorted(listed - known.keys())))
        due.update(_processes_among(given or (), known))
        for pid in gone:
            due.pop(pid, None)
            self._register.drop(pid)
        self._read_due(due, gone, moment)
        # Mounted with hidepid, /proc shows nothing of other users' processes, the first one's among them.
        shortfall = None if 1 in known else f"{roots.proc} does not show the processes of others"
        return self._register.listing(shortfall, now, parse_machine_cpu(machine), clocks)

    def _by_clocks(self, now: float) -> tuple[dict[int, int | None], set[int]]:
        """Who is to be read, with the clock, and who is gone: one that has run since, or was not read for long."""
        due: dict[int, int | None] = {}
        gone = set()
        of_kernel = {}
        hurried = self._hurried
        for pid, known in self._register.known.items():
            try:
                clock = cpu_nanoseconds(pid)
            except OSError:
                gone.add(pid)
                continue
            if clock == known.clock and now < known.again_at and not hurried:
                continue
            if now < known.again_at and known.process.is_of_kernel:
                of_kernel[pid] = clock
            else:
                due[pid] = clock
        for pid, clock in of_kernel.items():  # nothing else of it changes
            known = self._register.known[pid]
            process = msgspec.structs.replace(known.process, cpu_seconds_total=clock / 1e9)
            self._register.put(pid, msgspec.structs.replace(known, process=process, clock=clock))
        return due, gone

    def _by_rest(self, now: float) -> tuple[dict[int, int | None], set[int]]:
        """The same without clocks; the listing tells who is gone."""
        due: dict[int, int | None] = {}
        for pid, known in self._register.known.items():
            if self._hurried or known.has_ended or now >= known.again_at:
                due[pid] = None
        return due, set()

    def _read_due(self, due: dict[int, int | None], gone: set[int], moment: Moment) -> None:
        known, left = self._register.known, gone | self._lately_gone
        if left:
            due.update({pid: due.get(pid, one.clock) for pid, one in known.items() if one.process.parent_pid in left})
        self._hurried, self._lately_gone = False, set()
        waited = set()
        for pid, clock in due.items():
            before = known.get(pid)
            now = read_process(pid, before, _clock_of(pid) if moment.has_clocks and clock is None else clock, moment)
            if now is None:
                self._lately_gone.add(pid)
                self._register.drop(pid)
                continue
            self._register.put(pid, now)
            if before and now.process.reaped_cpu_seconds_total > before.process.reaped_cpu_seconds_total:
                waited.add(pid)
        if not waited or not moment.has_clocks:
            return
        # Whom they have waited for is gone, though its own clock may have told a moment before.
        for pid in [pid for pid, one in known.items() if one.process.parent_pid in waited]:
            if _clock_of(pid) is None:
                self._lately_gone.add(pid)
                self._register.drop(pid)

    def _forget_all(self) -> None:
        self._register.clear()
        self._numbers = Numbers()

    def _boot_time_of(self, machine: bytes) -> float:
        """It is told in whole seconds and may wobble by one, which must not make others of all processes."""
        boot = BOOT_TIME.search(machine)
        told = float(boot[1]) if boot else 0.0
        if abs(told - self._boot_time) > BOOT_WOBBLE_SECONDS:
            self._boot_time = told
        return self._boot_time


def _listed(roots: Roots) -> set[int]:
    """The numbers of all that there are. Raises OSError."""
    return {int(name) for name in os.listdir(roots.proc) if name.isdigit()}  # noqa: PTH208 - a Path each is dear


def _processes_among(numbers: Iterable[int], known: Container[int]) -> Iterator[tuple[int, int]]:
    """Those of processes, with their clocks. A thread has none that is a process's, but the one that asks."""
    own = threading.get_native_id()
    for pid in numbers:
        if pid not in known and pid != own and (clock := _clock_of(pid)) is not None:
            yield pid, clock


def _clock_of(pid: int) -> int | None:
    """None for one that is gone."""
    try:
        return cpu_nanoseconds(pid)
    except OSError:
        return None
