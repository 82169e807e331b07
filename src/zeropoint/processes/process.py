"""What is known of a process, and of all of them at one moment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from zeropoint.processes.machine_cpu import MachineCpu

# The parent of all threads of the kernel's own, since Linux 2.6.
KTHREADD = 2


class Process(Struct, frozen=True, dict=True):
    """One process. `started` is in seconds since 1970; `arguments` is empty for kernel threads, and where they may not
    be read. `identity` tells it from a later one with the same number.

    `reaped_cpu_seconds_total` is the CPU time of children that have ended and were waited for, theirs included.
    """

    pid: int
    parent_pid: int
    name: str
    started: float
    cpu_seconds_total: float
    arguments: tuple[str, ...]
    reaped_cpu_seconds_total: float = 0.0
    resident_bytes: int = 0

    @cached_property
    def identity(self) -> tuple[int, float]:
        return self.pid, self.started

    @cached_property
    def is_of_kernel(self) -> bool:
        return not self.arguments and KTHREADD in (self.pid, self.parent_pid)


class Turnover(Struct, frozen=True):
    """What is another than in the listing before: `changed` are those alive that are new, or not as they were; `ended`
    those that have ended since and were not waited for yet; `gone` those that are not there any more, as they were
    last. Of a number that was given again the first is gone, the second changed. Who rests is in none of them."""

    changed: Sequence[Process] = ()
    ended: Sequence[Process] = ()
    gone: Sequence[Process] = ()


class Processes(Struct, frozen=True):
    """All processes that can be seen, parents before their children but for numbers that were given again.

    `shortfall` says why some can not be seen, None where all are there; `listed_at` is the time of the listing on the
    table's clock, which rates refer to. `ended` are those that have ended and were not waited for yet. `machine` is the
    CPU time of all processors then, None where that is not told; `has_clocks` says whether CPU times are exact.

    `number` counts the listings of a table from 1, and `turnovers` are those of the last ones, this one's the last.
    Where they are not told (0, none), `Changes` compares.
    """

    by_pid: Mapping[int, Process]
    shortfall: str | None
    listed_at: float = 0.0
    ended: Mapping[int, Process] = {}
    machine: MachineCpu | None = None
    has_clocks: bool = False
    number: int = 0
    turnovers: Sequence[Turnover] = ()

    def matching(self, wanted: Callable[[Process], bool]) -> list[Process]:
        """Those that `wanted` takes, in the order of their numbers."""
        return [self.by_pid[pid] for pid in sorted(self.by_pid) if wanted(self.by_pid[pid])]

    def tree(self, roots: Iterable[int]) -> set[int]:
        """The numbers of these processes and all that descend from them, as far as they live."""
        found: set[int] = set()
        waiting = [pid for pid in roots if pid in self.by_pid]
        if not waiting:
            return found
        children: dict[int, list[int]] = {}
        for process in self.by_pid.values():
            children.setdefault(process.parent_pid, []).append(process.pid)
        while waiting:
            pid = waiting.pop()
            if pid not in found:
                found.add(pid)
                waiting.extend(children.get(pid, ()))
        return found
