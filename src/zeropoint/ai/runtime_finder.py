"""Where a runtime's processes answer on loopback. Only ports of processes that are recognised are asked, and of those
only for the runtime's known addresses."""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from zeropoint.ai.bounded_http import FetchError
from zeropoint.ai.openmetrics_targets import Target
from zeropoint.ai.recognise import Recogniser, program_of
from zeropoint.ai.scrape import scrape
from zeropoint.ai.sockets import listening, shares_network
from zeropoint.probe import Absent, Roots
from zeropoint.processes import Process

# Of a runtime with many processes, those that answer.
SERVERS = {"ray": re.compile(r"ray::DashboardAgent|.*/ray/dashboard/agent\.py")}
MOST_PORTS, PORT_SECONDS = 6, 0.5
# A server listens some time after its start. Who has not answered so often is asked less.
SOON_SECONDS, SOON_TRIES, LATER_SECONDS = 2.0, 15, 30.0


class Finder:
    """Finds the endpoint of one runtime, and keeps it for as long as it answers."""

    def __init__(self, runtime: str, recogniser: Recogniser, named: Iterable[Target] = ()) -> None:
        self._runtime = runtime
        self._recogniser = recogniser
        self._named = {target.url.port for target in named if is_loopback(target.url.hostname or "")}
        self._of: frozenset[tuple[int, float]] = frozenset()
        self._tries = 0
        self._again_at = 0.0
        self.url: SplitResult | None = None
        self.problem = ""

    def look(self, roots: Roots, now: float) -> list[int]:
        """The runtime's processes; `url` and `problem` are of now."""
        processes = self._recogniser.look(roots).of_kind.get(self._runtime, ())
        of = frozenset(process.identity for process in processes)
        if of != self._of:
            self._of, self._tries, self._again_at = of, 0, 0.0
        if not processes:
            self.url, self.problem = None, ""
            return []
        if self.url is None and now >= self._again_at:
            self._tries += 1
            self._again_at = now + (SOON_SECONDS if self._tries < SOON_TRIES else LATER_SECONDS)
            ports = self._ports(roots, processes)
            if not isinstance(ports, Absent):
                self._try(ports)
            else:
                self.problem = ports.reason
        return [process.pid for process in processes] if self.problem != NAMED else []

    def forget(self) -> None:
        """The endpoint does not answer any more."""
        self.url, self.problem, self._tries, self._again_at = None, "it does not answer any more", 0, 0.0

    def _ports(self, roots: Roots, processes: Iterable[Process]) -> list[tuple[str, int]] | Absent:
        """Loopback addresses and ports where they listen."""
        server = SERVERS.get(self._runtime)
        pids = [one.pid for one in processes if server is None or server.fullmatch(program_of(one.arguments))]
        here = [pid for pid in pids if shares_network(roots, pid)]
        if pids and not here:
            return Absent("its processes are in a network of their own; name its address by openmetrics_targets")
        found = listening(roots, here)
        if isinstance(found, Absent):
            return found
        addresses: dict[int, str] = {}
        for address, port in sorted(found):
            if is_loopback(address):
                addresses.setdefault(port, address)
        return [(address, port) for port, address in sorted(addresses.items())]

    def _try(self, ports: list[tuple[str, int]]) -> None:
        others = [(address, port) for address, port in ports if port not in self._named]
        self.problem = NAMED if ports and not others else "its processes listen on no port of loopback"
        for address, port in others[:MOST_PORTS]:
            host = f"[{address}]" if ":" in address else address
            url = urlsplit(f"http://{host}:{port}/metrics")
            try:
                scrape(url, self._runtime, PORT_SECONDS)
            except FetchError as error:
                self.problem = f"port {port} does not tell its metrics: {error}"
            else:
                self.url, self.problem = url, ""
                return


NAMED = "its endpoint is one that openmetrics_targets names"


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
