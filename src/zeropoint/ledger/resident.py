"""Memory by process: its proportional share of the pages that it has, PROC/PID/smaps_rollup (since Linux 4.14).

That takes a walk through its page tables: some hundredths of a millisecond for a small process, many milliseconds for
one that has a hundred gigabytes. So it is read in turns, the largest and those that have changed most first, within a
budget; between two readings the share follows the resident memory, which costs nothing. Who is too dear, and who may
not be read, counts by its resident memory.
"""

import re
import time
from collections.abc import Mapping

from msgspec import Struct

from zeropoint.ledger.accounts import Identity
from zeropoint.probe import Roots, read_file
from zeropoint.processes import Process

PSS = re.compile(rb"^Pss: +(\d+) kB$", re.MULTILINE)
BUDGET_SECONDS = 0.002
# A reading that took longer is not repeated until the process is another size.
DEAREST_SECONDS = 0.005
AGAIN_SECONDS = 120.0
CHANGED_SHARE = 0.1


class Share(Struct, frozen=True):
    """A reading: `pss_bytes` is None where it was refused."""

    pss_bytes: int | None
    resident_bytes: int
    read_at: float
    cost_seconds: float


class Resident:
    """Follows the processes of one ledger."""

    def __init__(self, budget_seconds: float = BUDGET_SECONDS) -> None:
        self._budget_seconds = budget_seconds
        self._known: dict[Identity, Share] = {}

    def update(self, roots: Roots, processes: Mapping[Identity, Process], now: float) -> None:
        """Reads as many as the budget allows; `now` is the monotonic clock."""
        self._known = {identity: share for identity, share in self._known.items() if identity in processes}
        due = [
            (weight, identity)
            for identity, process in processes.items()
            if process.resident_bytes and (weight := self._weight(process, now)) > 0
        ]
        due.sort(reverse=True)
        spent = 0.0
        for _, identity in due:
            if spent >= self._budget_seconds:
                return
            share = _read(roots, processes[identity], now)
            spent += share.cost_seconds
            self._known[identity] = share

    def bytes_of(self, process: Process) -> tuple[int, bool]:
        """What a process has of the machine's memory, and whether that is its proportional share."""
        known = self._known.get(process.identity)
        if known is None or known.pss_bytes is None or not known.resident_bytes:
            return process.resident_bytes, False
        return round(process.resident_bytes * min(1.0, known.pss_bytes / known.resident_bytes)), True

    def _weight(self, process: Process, now: float) -> float:
        """How much is to be gained by reading it now; 0 for nothing."""
        known = self._known.get(process.identity)
        if known is None:
            return float(process.resident_bytes)
        changed = abs(process.resident_bytes - known.resident_bytes)
        if known.cost_seconds > DEAREST_SECONDS and changed < known.resident_bytes / 2:
            return 0.0
        if changed > known.resident_bytes * CHANGED_SHARE:
            return float(changed)
        return 1.0 if now - known.read_at > AGAIN_SECONDS else 0.0


def _read(roots: Roots, process: Process, now: float) -> Share:
    began = time.thread_time()
    try:
        found = PSS.search(read_file(f"{roots.proc}/{process.pid}/smaps_rollup"))
    except OSError:  # refused, or an older kernel, or it has ended
        found = None
    cost = time.thread_time() - began
    return Share(int(found[1]) * 1024 if found else None, process.resident_bytes, now, cost)
