"""Disk traffic by process: PROC/PID/io, proc_pid_io(5), of those that have run since the last look.

What a child caused is added to its parent's counters when that waits for it, as its CPU time is.
"""

import re
import sys

from zeropoint.ledger.accounts import Identity, Movement
from zeropoint.probe import Roots, read_file

COUNTERS = re.compile(rb"^(read_bytes|write_bytes|cancelled_write_bytes): (\d+)$", re.MULTILINE)
NO_PERMISSION = "needs root or CAP_SYS_PTRACE for processes of other users"
NOT_TOLD = "this system tells no disk traffic of processes"
# Read and written.
Bytes = tuple[int, int]
NOTHING: Bytes = (0, 0)


def parse_io(content: bytes) -> Bytes:
    """What was read from disks and what is to be written; what is taken back before it is written is not counted."""
    counters = {name: int(value) for name, value in COUNTERS.findall(content)}
    written = counters.get(b"write_bytes", 0) - counters.get(b"cancelled_write_bytes", 0)
    return counters.get(b"read_bytes", 0), max(0, written)


class DiskTraffic:
    """Follows the movements of one ledger. `refused` are those whose counters may not be read, `reason` says why."""

    def __init__(self) -> None:
        self.reason = NO_PERMISSION
        self.refused: set[Identity] = set()
        self._known: dict[Identity, Bytes] = {}
        # Counters are read after the listing. A child that was waited for in between counted twice; it is made up for.
        self._owed: dict[Identity, Bytes] = {}
        self._is_first = True

    def update(self, roots: Roots, movement: Movement) -> dict[Identity, Bytes]:
        """Bytes by process in the time of the movement."""
        if sys.platform != "linux" and roots == Roots():
            self.refused, self.reason = {*movement.alive}, NOT_TOLD
            return {}
        now: dict[Identity, Bytes] = {}
        # At first all, to have something to subtract from; later who has not run has read and written nothing.
        for identity in movement.alive if self._is_first else movement.cpu_seconds:
            try:
                now[identity] = parse_io(read_file(f"{roots.proc}/{identity[0]}/io"))
                self.refused.discard(identity)
            except PermissionError:
                self.refused.add(identity)
            except OSError:  # it has ended
                continue
        # Of who is gone, what is known of it already comes to who has waited for it.
        coming, self._owed = self._owed, {}
        for child, reaper in movement.reaped_by.items():
            coming[reaper] = _add(coming.get(reaper, NOTHING), self._known.get(child, NOTHING))
        traffic = {}
        for identity, counters in now.items():
            before = self._known.get(identity)
            if before is None and (self._is_first or identity not in movement.born):
                continue  # there before it could be seen
            grown = _less(counters, before or NOTHING)
            come = coming.pop(identity, NOTHING)
            if any(told := _less(grown, come)):
                traffic[identity] = told
            if any(owed := _less(come, grown)):
                self._owed[identity] = owed
        self._is_first = False
        alive = movement.alive
        self._owed = {identity: owed for identity, owed in (coming | self._owed).items() if identity in alive}
        self._known |= now
        # Who is gone stays until it is known who waited for it.
        for identity in movement.gone - movement.pending:
            self._known.pop(identity, None)
        self.refused -= movement.gone
        return traffic


def _add(one: Bytes, other: Bytes) -> Bytes:
    return one[0] + other[0], one[1] + other[1]


def _less(one: Bytes, other: Bytes) -> Bytes:
    return max(0, one[0] - other[0]), max(0, one[1] - other[1])
