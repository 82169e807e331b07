"""Traffic of workloads that have a network of their own: PROC/PID/net/dev, proc_pid_net(5).

The kernel counts by interface, not by process. A container mostly has a network namespace of its own, and then its
interfaces are its traffic. Of others nothing is told.
"""

import os
from collections.abc import Mapping

from zeropoint.ledger.owner import Owner
from zeropoint.probe import Roots, read_file

# Received and sent.
Bytes = tuple[int, int]
RECEIVED, SENT = 0, 8


def parse_traffic(content: bytes) -> Bytes:
    """Over all interfaces but loopback. Raises ValueError for what is no such file."""
    received = sent = 0
    # Two lines of headings. A number may follow the colon without a space.
    for line in content.splitlines()[2:]:
        name, _, rest = line.partition(b":")
        columns = rest.split()
        if name.strip() != b"lo" and len(columns) > SENT:
            received, sent = received + int(columns[RECEIVED]), sent + int(columns[SENT])
    return received, sent


class NetworkTraffic:
    """Follows the namespaces of one ledger's workloads."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Bytes]] = {}

    def update(self, roots: Roots, pids: Mapping[Owner, int], now: float) -> dict[Owner, tuple[float, float]]:
        """Bytes per second, received and sent, of those that have a namespace that no other has. `pids` has one process
        of each; `now` is the monotonic clock."""
        last, self._known = self._known, {}
        if not pids:
            return {}
        owners: dict[str, list[Owner]] = {}
        machines = _namespace(roots, 1)
        for owner, pid in pids.items():
            namespace = _namespace(roots, pid)
            if namespace is not None and machines is not None and namespace != machines:
                owners.setdefault(namespace, []).append(owner)
        rates = {}
        for namespace, (owner, *others) in owners.items():
            try:
                counted = parse_traffic(read_file(f"{roots.proc}/{pids[owner]}/net/dev"))
            except (OSError, ValueError):
                continue
            self._known[namespace] = now, counted
            before = last.get(namespace)
            if others or before is None or now <= before[0]:  # the containers of a pod share one
                continue
            seconds = now - before[0]
            rates[owner] = (
                max(0, counted[0] - before[1][0]) / seconds,
                max(0, counted[1] - before[1][1]) / seconds,
            )
        return rates


def _namespace(roots: Roots, pid: int) -> str | None:
    try:
        return os.readlink(f"{roots.proc}/{pid}/ns/net")  # noqa: PTH115 - a Path each is dear
    except OSError:
        return None
