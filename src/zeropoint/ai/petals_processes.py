"""Petals' servers among the processes of the machine.

A server is `python -m petals.cli.run_server`. It forks its DHT, which starts libp2p's daemon p2pd, and its connection
handlers; all but p2pd have the same command line. A main process that is ended by SIGTERM leaves them behind, with
that command line, and nothing that serves. So a server lives only while its tree is whole: a process with the command
line, whose parent has another one, above a child with the command line, above a p2pd. Handlers that were left behind
have no p2pd; a DHT that was left behind has one, but no child between.
"""

from collections.abc import Iterable

from msgspec import Struct

from zeropoint.ai.growth import Growth
from zeropoint.probe import Absent
from zeropoint.processes import Process, Processes

MODULE, SCRIPT = "petals.cli.run_server", "petals/cli/run_server.py"
# Where the interpreter's own options stand.
FIRST_ARGUMENTS = 8
DAEMON = "p2pd"


class Servers(Struct, frozen=True):
    """`main`: live servers. `python`: their processes; `daemons`: their p2pd. The last two are of what has no live main
    process: it was left behind, or is starting."""

    main: tuple[Process, ...]
    python: tuple[Process, ...]
    daemons: tuple[Process, ...]
    orphans: tuple[Process, ...]
    orphan_daemons: tuple[Process, ...]

    @property
    def live(self) -> tuple[Process, ...]:
        return self.python + self.daemons


def is_server(process: Process) -> bool:
    """Whether its command line is a server's, which alone says nothing."""
    first = process.arguments[:FIRST_ARGUMENTS]
    if MODULE in first[1:]:
        return first[first.index(MODULE, 1) - 1] == "-m"
    return any(argument.endswith(SCRIPT) for argument in first[:3])


def servers_of(processes: Processes) -> Servers:
    """The servers, by the rule above. Pure."""
    alike = {process.pid for process in processes.matching(is_server)}
    if not alike:
        return Servers((), (), (), (), ())
    mains, live = [], set[int]()
    for pid in sorted(alike):
        process = processes.by_pid[pid]
        if process.parent_pid not in alike and has_dht(processes, pid, alike):
            mains.append(process)
            live |= processes.tree([pid])
    left = processes.tree(alike) - live
    return Servers(
        tuple(mains),
        chosen(processes, live & alike),
        daemons(processes, live),
        chosen(processes, left & alike),
        daemons(processes, left),
    )


def has_dht(processes: Processes, pid: int, alike: set[int]) -> bool:
    children = [child for child in alike if processes.by_pid[child].parent_pid == pid]
    return bool(daemons(processes, processes.tree(children)))


def daemons(processes: Processes, pids: Iterable[int]) -> tuple[Process, ...]:
    return tuple(process for process in chosen(processes, pids) if process.name == DAEMON)


def chosen(processes: Processes, pids: Iterable[int]) -> tuple[Process, ...]:
    return tuple(processes.by_pid[pid] for pid in sorted(pids))


class CpuUse:
    """CPU time of processes in percent of one core."""

    def __init__(self) -> None:
        self._growth = Growth()

    def percent(self, processes: Iterable[Process], now: float) -> float | Absent:
        totals = {process.identity: process.cpu_seconds_total for process in processes}
        seconds = self._growth.per_second(totals, now)
        return seconds if isinstance(seconds, Absent) else 100 * seconds
