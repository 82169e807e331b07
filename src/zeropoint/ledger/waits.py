"""What the processes of a workload wait for: PROC/PID/stat, schedstat (sched-stats.rst of the kernel) and syscall.

One look tells a moment, several tell shares: who waits for a disk half of the time is seen so in half of the looks. A
process with several threads is judged by its first one, which is what a training waits with; to ask each thread of
hundreds would cost more than all other processes of the machine.
"""

import os
import platform
from collections.abc import Mapping, Sequence

from msgspec import Struct

from zeropoint.ledger.accounts import Identity
from zeropoint.ledger.group_cpu import GroupPath
from zeropoint.ledger.group_pressure import GroupPressure
from zeropoint.ledger.owner import Owner
from zeropoint.model import Waits, WorkloadKind
from zeropoint.probe import Roots, read_file
from zeropoint.processes import Process

KINDS: frozenset[WorkloadKind] = frozenset({"run", "component", "jupyter", "slurm"})
# Of all workloads together; a process takes some hundredths of a millisecond to look at.
MOST_PROCESSES = 96
# By number (the tables of arch/*/entry/syscalls and include/uapi/asm-generic/unistd.h): read, write, sendto, recvfrom,
# sendmsg, recvmsg, connect, accept, readv, accept4. The first argument of each is the descriptor.
SOCKET_CALLS: Mapping[str, frozenset[int]] = {
    "x86_64": frozenset({0, 1, 42, 43, 44, 45, 46, 47, 19, 288}),
    "aarch64": frozenset({63, 64, 203, 202, 206, 207, 211, 212, 65, 242}),
}


class State(Struct, frozen=True):
    """One process at one moment; times are of its first thread, None where the kernel does not tell them."""

    letter: str
    on_socket: bool
    ran_ns: int | None
    waited_ns: int | None


class Tally(Struct):
    """What is added up over the processes of a workload."""

    processes: int = 0
    runnable: int = 0
    stopped: int = 0
    disk: int = 0
    network: int = 0
    ran_ns: int = 0
    waited_ns: int = 0
    timed: bool = False


class Crowd(Struct, frozen=True):
    """The living processes of a workload, and the control group that all of them are in, where that is one."""

    processes: Sequence[Process]
    group: GroupPath | None


class WaitLooks:
    """Follows the workloads of one ledger."""

    def __init__(self) -> None:
        self._known: dict[Identity, tuple[int, int]] = {}
        self._looked_at: float | None = None
        self._pressure = GroupPressure()

    def update(self, roots: Roots, crowds: Mapping[Owner, Crowd], now: float) -> dict[Owner, Waits]:
        """`now` is the monotonic clock. Who is not told is of another kind, or beyond the number of processes that are
        looked at."""
        seconds = None if self._looked_at is None else now - self._looked_at
        known, self._known, self._looked_at = self._known, {}, now
        told: dict[Owner, Waits] = {}
        looked_at = 0
        for owner, crowd in crowds.items():
            if owner.kind not in KINDS or looked_at + len(crowd.processes) > MOST_PROCESSES:
                continue
            looked_at += len(crowd.processes)
            tally = Tally()
            for process in crowd.processes:
                state = read_state(roots, process.pid)
                if state is not None:
                    self._add(tally, process.identity, state, known.get(process.identity))
            pids = {process.pid for process in crowd.processes}
            pressure = self._pressure.percent(roots, crowd.group, pids, now) if crowd.group else {}
            told[owner] = waits_of(tally, seconds, pressure)
        self._pressure.forget(but=now)
        return told

    def _add(self, tally: Tally, identity: Identity, state: State, before: tuple[int, int] | None) -> None:
        tally.processes += 1
        tally.runnable += state.letter == "R"
        tally.stopped += state.letter in "Tt"
        tally.disk += state.letter == "D"
        tally.network += state.on_socket
        if state.ran_ns is None or state.waited_ns is None:
            return
        self._known[identity] = state.ran_ns, state.waited_ns
        if before is not None:
            tally.timed = True
            tally.ran_ns += max(0, state.ran_ns - before[0])
            tally.waited_ns += max(0, state.waited_ns - before[1])


def waits_of(tally: Tally, seconds: float | None, pressure: Mapping[str, float]) -> Waits:
    """`seconds` have passed since the look before; `pressure` is in percent by resource."""
    wanted_ns = tally.ran_ns + tally.waited_ns
    return Waits(
        processes_count=tally.processes,
        runnable_count=tally.runnable,
        stopped_count=tally.stopped,
        disk_count=tally.disk,
        network_count=tally.network,
        cpu_wait_percent=tally.waited_ns / 1e7 / seconds if tally.timed and seconds else None,
        cpu_wait_share_percent=100 * tally.waited_ns / wanted_ns if tally.timed and wanted_ns else None,
        pressure_cpu_percent=pressure.get("cpu"),
        pressure_memory_percent=pressure.get("memory"),
        pressure_io_percent=pressure.get("io"),
    )


def read_state(roots: Roots, pid: int) -> State | None:
    """None for one that is gone."""
    folder = f"{roots.proc}/{pid}"
    try:
        letter = parse_state(read_file(f"{folder}/stat"))
    except OSError:
        return None
    on_socket = letter == "S" and waits_on_socket(folder)
    try:
        return State(letter, on_socket, *parse_schedstat(read_file(f"{folder}/schedstat")))
    except (OSError, ValueError):  # a kernel without CONFIG_SCHED_INFO
        return State(letter, on_socket, None, None)


def parse_state(content: bytes) -> str:
    """The letter of PROC/PID/stat; the name before it may hold anything."""
    return content.rpartition(b") ")[2][:1].decode(errors="replace")


def parse_schedstat(content: bytes) -> tuple[int, int]:
    """Nanoseconds on a processor, and waiting for one. Raises ValueError."""
    ran, waited, _ = content.split()
    return int(ran), int(waited)


def parse_descriptor(content: bytes, machine: str) -> int | None:
    """The descriptor that a process waits on by PROC/PID/syscall ("45 0x4 0x7fbd ..."); None for other calls, for one
    that runs, and on processors whose numbers are not known."""
    number, *arguments = content.split()
    if not number.isdigit() or not arguments or int(number) not in SOCKET_CALLS.get(machine, ()):
        return None
    return int(arguments[0], 16)


def waits_on_socket(folder: str) -> bool:
    """Whether the first thread is within a call on a socket that is no Unix socket. Not where that may not be read."""
    try:
        descriptor = parse_descriptor(read_file(f"{folder}/syscall"), platform.machine())
        if descriptor is None or not os.readlink(f"{folder}/fd/{descriptor}").startswith("socket:"):  # noqa: PTH115
            return False
        return not read_file(f"{folder}/wchan").startswith(b"unix_")
    except (OSError, ValueError, IndexError):
        return False
