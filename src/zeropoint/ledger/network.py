"""Traffic of workloads that have a network of their own: PROC/PID/net/dev, proc_pid_net(5).

The kernel counts by interface, not by process. A container mostly has a network namespace of its own, and then its
interfaces are its traffic. Of others nothing is told.
"""

import os
import re
from collections.abc import Mapping

from zeropoint.ledger.owner import Owner
from zeropoint.probe import Roots, read_file

# Received and sent.
Bytes = tuple[int, int]
RECEIVED, SENT = 0, 8
KTHREADD = re.compile(rb"2 \(kthreadd\) [A-Z] 0 ")


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
        machines = _machines_namespace(roots)
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


def _machines_namespace(roots: Roots) -> str | None:
    """That of the first process; who has fewer capabilities may not see that, but kthreadd's, which is the same."""
    first = _namespace(roots, 1)
    if first is None:
        try:
            # Within a namespace of processes, number 2 is anybody's; the kernel's own has no parent.
            is_of_kernel = KTHREADD.match(read_file(f"{roots.proc}/2/stat")) is not None
        except OSError:
            return None
        return _namespace(roots, 2) if is_of_kernel else None
    return first


def _namespace(roots: Roots, pid: int) -> str | None:
    try:
        return os.readlink(f"{roots.proc}/{pid}/ns/net")  # noqa: PTH115 - a Path each is dear
    except OSError:
        return None
