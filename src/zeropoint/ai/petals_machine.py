"""This machine's side of Petals: its servers' processes, where they listen, what CPU time and network they use."""

import time

from msgspec import Struct

from zeropoint.ai.petals_processes import CpuUse, Servers, is_server, servers_of
from zeropoint.ai.petals_swarm import Here
from zeropoint.ai.sockets import Endpoint, listening
from zeropoint.ai.tcp_traffic import TcpTraffic, Traffic
from zeropoint.probe import Absent, Roots
from zeropoint.processes import Changes, Process, Processes, ProcessTable

# A daemon listens where it did, unless the machine's addresses change.
LISTENING_SECONDS = 10.0
# Listing all processes costs most of a look: at most a thousandth of the time, unless a server is there to be followed.
DUTY, LONGEST_WAIT_SECONDS, FOLLOWING_SECONDS = 1000, 8.0, 1.0
NO_SERVER = Absent("no server lives on this machine")


class Machine(Struct, frozen=True):
    """`count` is of live servers, `orphans` of processes that belong to none; `busy_percent` is what the servers' own
    processes use of a core, p2pd aside."""

    servers: Servers
    count: int | Absent
    orphans: int | Absent
    here: Here
    ports: list[int] | Absent
    cpu_percent: float | Absent
    busy_percent: float | Absent
    traffic: Traffic


class MachineReader:
    def __init__(self, processes: ProcessTable) -> None:
        self._processes = processes
        self._changes = Changes()
        # Those with a server's command line, which alone says nothing.
        self._alike: set[tuple[int, float]] = set()
        self._all, self._own = CpuUse(), CpuUse()
        self._traffic = TcpTraffic()
        self._last: Machine | None = None
        self._again_at = 0.0
        self._listening: dict[tuple[tuple[int, float], ...], tuple[float, frozenset[Endpoint] | Absent]] = {}

    def look(self, roots: Roots, now: float) -> Machine:
        """The machine now, or as long ago as its own cost commands."""
        if self._last is None or now >= self._again_at:
            began = time.perf_counter()
            self._last = self._look(roots, now)
            longest = FOLLOWING_SECONDS if self._last.servers.main else LONGEST_WAIT_SECONDS
            self._again_at = now + min(DUTY * (time.perf_counter() - began), longest)
        return self._last

    def _look(self, roots: Roots, now: float) -> Machine:
        listed = self._processes.look(roots)
        servers = self._servers(listed)
        hidden = Absent(listed.shortfall) if listed.shortfall is not None else None
        live = self._where(roots, servers.daemons, now)
        orphaned = self._where(roots, servers.orphan_daemons, now)
        self._listening = {of: known for of, known in self._listening.items() if now - known[0] < LISTENING_SECONDS}
        here = placed(live, orphaned)
        some = bool(servers.main)
        return Machine(
            servers=servers,
            count=len(servers.main) if some or hidden is None else hidden,
            orphans=len(servers.orphans) if hidden is None else hidden,
            here=Here(shortfall=hidden.reason) if hidden is not None and not some else here,
            ports=NO_SERVER if not some else live if isinstance(live, Absent) else sorted({port for _, port in live}),
            cpu_percent=self._all.percent(servers.live, listed.listed_at) if some else NO_SERVER,
            busy_percent=self._own.percent(servers.python, listed.listed_at) if some else NO_SERVER,
            traffic=self._traffic.per_second(roots, [process.pid for process in servers.live], now)
            if some
            else Traffic(NO_SERVER, NO_SERVER),
        )

    def _servers(self, listed: Processes) -> Servers:
        """Where no command line is a server's, nothing is to be searched for."""
        turnover = self._changes.of(listed)
        self._alike -= {process.identity for process in (*turnover.ended, *turnover.gone)}
        for process in turnover.changed:
            (self._alike.add if is_server(process) else self._alike.discard)(process.identity)
        return servers_of(listed) if self._alike else Servers((), (), (), (), ())

    def _where(self, roots: Roots, daemons: tuple[Process, ...], now: float) -> frozenset[Endpoint] | Absent:
        if not daemons:
            return frozenset()
        key = tuple(sorted(process.identity for process in daemons))
        known = self._listening.get(key)
        if known is None or now - known[0] >= LISTENING_SECONDS:
            found = listening(roots, [process.pid for process in daemons])
            known = self._listening[key] = (now, found if isinstance(found, Absent) else frozenset(found))
        return known[1]


def placed(live: frozenset[Endpoint] | Absent, orphaned: frozenset[Endpoint] | Absent) -> Here:
    if isinstance(live, Absent):
        return Here(shortfall=live.reason)
    if isinstance(orphaned, Absent):
        return Here(shortfall=orphaned.reason)
    return Here(live=live, orphaned=orphaned)
