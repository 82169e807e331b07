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
# A reading that took longer is not repeated until the process is of quite another size.
DEAREST_SECONDS = 0.005
AGAIN_SECONDS = 300.0
CHANGED_SHARE, DEAR_CHANGED_SHARE = 0.1, 0.5


class Share(Struct, frozen=True, gc=False):
    """A reading: `pss_bytes` is None where it was refused."""

    pss_bytes: int | None
    resident_bytes: int
    read_at: float
    cost_seconds: float


class Resident:
    """Follows processes, those of a ledger or of a run."""

    def __init__(self, budget_seconds: float = BUDGET_SECONDS) -> None:
        self._budget_seconds = budget_seconds
        self._seen: dict[Identity, Process] = {}
        # Whose reading would tell something, and how many bytes it is about.
        self._due: dict[Identity, int] = {}
        # The one that was read longest ago comes first.
        self._known: dict[Identity, Share] = {}

    def update(self, roots: Roots, processes: Mapping[Identity, Process], now: float) -> list[Identity]:
        """Reads as many as the budget allows, and tells which; `now` is the monotonic clock."""
        for identity, process in processes.items():
            if self._seen.get(identity) is not process:
                self._seen[identity] = process
                self._judge(process)
        if len(self._seen) > len(processes):
            for identity in self._seen.keys() - processes.keys():
                for of in (self._seen, self._due, self._known):
                    of.pop(identity, None)
        for identity, share in self._known.items():
            if now - share.read_at <= AGAIN_SECONDS:
                break
            if share.cost_seconds <= DEAREST_SECONDS:
                self._due.setdefault(identity, 0)
        return self._read_due(roots, now)

    def _read_due(self, roots: Roots, now: float) -> list[Identity]:
        read: list[Identity] = []
        spent = 0.0
        for identity in sorted(self._due, key=self._due.__getitem__, reverse=True):
            if spent >= self._budget_seconds:
                break
            del self._due[identity]
            share = _read(roots, self._seen[identity], now)
            spent += share.cost_seconds
            self._known.pop(identity, None)
            self._known[identity] = share
            read.append(identity)
        return read

    def bytes_of(self, process: Process) -> tuple[int, bool]:
        """What a process has of the machine's memory, and whether that is its proportional share."""
        known = self._known.get(process.identity)
        if known is None or known.pss_bytes is None or not known.resident_bytes:
            return process.resident_bytes, False
        return round(process.resident_bytes * min(1.0, known.pss_bytes / known.resident_bytes)), True

    def _judge(self, process: Process) -> None:
        """Notes one whose reading would tell something: it is new, or another size than it was."""
        known = self._known.get(process.identity)
        if known is None:
            if process.resident_bytes:
                self._due[process.identity] = process.resident_bytes
            return
        changed = abs(process.resident_bytes - known.resident_bytes)
        share = DEAR_CHANGED_SHARE if known.cost_seconds > DEAREST_SECONDS else CHANGED_SHARE
        if changed > known.resident_bytes * share:
            self._due[process.identity] = changed


def _read(roots: Roots, process: Process, now: float) -> Share:
    began = time.thread_time()
    try:
        found = PSS.search(read_file(f"{roots.proc}/{process.pid}/smaps_rollup"))
    except OSError:  # refused, or an older kernel, or it has ended
        found = None
    cost = time.thread_time() - began
    return Share(int(found[1]) * 1024 if found else None, process.resident_bytes, now, cost)
