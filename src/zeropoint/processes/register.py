"""Which processes are there, and what has become another since they were listed last."""

from collections import deque
from collections.abc import Mapping

from zeropoint.processes.machine_cpu import MachineCpu
from zeropoint.processes.process import Process, Processes, Turnover
from zeropoint.processes.reading import Known

# Who asks every second or two, and once was held up, needs not compare.
MOST_TURNOVERS = 8


class Register:
    """All that is known, put in and taken out between two listings."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        # The same in two parts: alive, or ended and not waited for yet.
        self._alive: dict[int, Process] = {}
        self._ended: dict[int, Process] = {}
        # Since the last listing.
        self._changed: dict[int, Process] = {}
        self._lately_ended: dict[int, Process] = {}
        self._gone: list[Process] = []
        self._number = 0
        self._turnovers: deque[Turnover] = deque(maxlen=MOST_TURNOVERS)

    @property
    def known(self) -> Mapping[int, Known]:
        return self._known

    def put(self, pid: int, known: Known) -> None:
        """Notes a reading, of a process that may have been there before."""
        before = self._known.get(pid)
        if before is not None and before.process.identity != known.process.identity:
            self.drop(pid)
            before = None
        self._known[pid] = known
        if before is not None and before.process is known.process and before.has_ended == known.has_ended:
            return
        if known.has_ended:
            self._alive.pop(pid, None)
            self._changed.pop(pid, None)
            self._ended[pid] = self._lately_ended[pid] = known.process
        else:
            self._ended.pop(pid, None)
            self._alive[pid] = self._changed[pid] = known.process

    def drop(self, pid: int) -> None:
        """One that is gone."""
        known = self._known.pop(pid, None)
        if known is not None:
            self._gone.append(known.process)
            for of in (self._alive, self._ended, self._changed, self._lately_ended):
                of.pop(pid, None)

    def clear(self) -> None:
        for pid in [*self._known]:
            self.drop(pid)

    def listing(self, shortfall: str | None, now: float, machine: MachineCpu | None, has_clocks: bool) -> Processes:
        """The next listing; its fields are those of `Processes`."""
        changed, ended, gone = tuple(self._changed.values()), tuple(self._lately_ended.values()), tuple(self._gone)
        for since in (self._changed, self._lately_ended, self._gone):
            since.clear()
        self._number += 1
        self._turnovers.append(Turnover(changed, ended, gone))
        return Processes(
            {**self._alive},
            shortfall,
            now,
            {**self._ended},
            machine,
            has_clocks,
            self._number,
            tuple(self._turnovers),
        )
