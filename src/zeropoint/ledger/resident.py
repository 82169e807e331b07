"""Memory by process: its proportional share of the pages that it has, PROC/PID/smaps_rollup (since Linux 4.14).

That takes a walk through its page tables: some hundredths of a millisecond for a small process, many milliseconds for
one that has a hundred gigabytes. So it is read in turns, the largest and those that have changed most first, within a
budget; between two readings the share follows the resident memory, which costs nothing. Who is too dear, and who may
not be read, counts by its resident memory.
"""

import re
import time
from collections.abc import Iterable

from msgspec import Struct

from zeropoint.ledger.accounts import Identity
from zeropoint.probe import Roots, read_file
from zeropoint.processes import Process, Turnover

PSS = re.compile(rb"^Pss: +(\d+) kB$", re.MULTILINE)
BUDGET_SECONDS = 0.002
# Thousands of small ones wait longer: a reading that is about less than a mebibyte has only this share of the budget.
LITTLE_BYTES, SHARE_FOR_LITTLE = 1024 * 1024, 0.25
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
        # Whose reading would tell something, and how many bytes it is about; those where it is little in their order.
        self._due: dict[Identity, int] = {}
        self._due_for_little: dict[Identity, None] = {}
        # The one that was read longest ago comes first.
        self._known: dict[Identity, Share] = {}

    def update(self, roots: Roots, turnover: Turnover, now: float) -> list[Identity]:
        """Reads as many as the budget allows, and tells which; `now` is the monotonic clock."""
        for process in (*turnover.ended, *turnover.gone):
            for of in (self._seen, self._due, self._due_for_little, self._known):
                of.pop(process.identity, None)
        for process in turnover.changed:
            self._seen[process.identity] = process
            self._judge(process)
        for identity, share in self._known.items():
            if now - share.read_at <= AGAIN_SECONDS:
                break
            if share.cost_seconds <= DEAREST_SECONDS and identity not in self._due:
                self._due_for_little[identity] = None
        ranked = sorted(self._due, key=self._due.__getitem__, reverse=True)
        return [
            *self._read(roots, ranked, self._budget_seconds, now),
            *self._read(roots, self._due_for_little, self._budget_seconds * SHARE_FOR_LITTLE, now),
        ]

    def _read(self, roots: Roots, identities: Iterable[Identity], budget_seconds: float, now: float) -> list[Identity]:
        read: list[Identity] = []
        spent = 0.0
        for identity in identities:
            if spent >= budget_seconds:
                break
            share = _read(roots, self._seen[identity], now)
            spent += share.cost_seconds
            self._known.pop(identity, None)
            self._known[identity] = share
            read.append(identity)
        for identity in read:
            self._due.pop(identity, None)
            self._due_for_little.pop(identity, None)
        return read

    def bytes_of(self, process: Process) -> tuple[int, bool]:
        """What a process has of the machine's memory, and whether that is its proportional share."""
        known = self._known.get(process.identity)
        if known is None or known.pss_bytes is None or not known.resident_bytes:
            return process.resident_bytes, False
        return round(process.resident_bytes * min(1.0, known.pss_bytes / known.resident_bytes)), True

    def _judge(self, process: Process) -> None:
        """Notes one whose reading would tell something: it is new, or another size than it was."""
        identity, known = process.identity, self._known.get(process.identity)
        about = process.resident_bytes
        if known is not None:
            about = abs(process.resident_bytes - known.resident_bytes)
            share = DEAR_CHANGED_SHARE if known.cost_seconds > DEAREST_SECONDS else CHANGED_SHARE
            if about <= known.resident_bytes * share:
                return
        if about >= LITTLE_BYTES:
            self._due[identity] = about
        elif about and identity not in self._due:
            self._due_for_little[identity] = None


def _read(roots: Roots, process: Process, now: float) -> Share:
    began = time.thread_time()
    try:
        found = PSS.search(read_file(f"{roots.proc}/{process.pid}/smaps_rollup"))
    except OSError:  # refused, or an older kernel, or it has ended
        found = None
    cost = time.thread_time() - began
    return Share(int(found[1]) * 1024 if found else None, process.resident_bytes, now, cost)
