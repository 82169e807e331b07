"""/proc/stat: the time and the counts of the processors, Documentation/filesystems/proc.rst (1.7)."""

from collections.abc import Mapping

from msgspec import Struct

from zeropoint.host.parsing import parses
from zeropoint.probe import Absent

# /proc/stat counts in USER_HZ, which is 100 on every architecture that Linux runs on today but alpha.
USER_HZ = 100
Ticks = tuple[int, ...]
# The columns in the kernel's order. Two more follow: guest and guest_nice, which user and nice contain already.
COLUMNS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
IDLE, IOWAIT = COLUMNS.index("idle"), COLUMNS.index("iowait")
COUNTS = frozenset({b"ctxt", b"intr", b"btime", b"procs_running", b"procs_blocked"})


class Stat(Struct, frozen=True):
    """What /proc/stat says. `cores` has the cores that are online, by number."""

    machine: Ticks
    cores: Mapping[int, Ticks]
    counts: Mapping[str, int]


@parses("/proc/stat")
def parse_stat(content: bytes) -> Stat:
    machine: Ticks = ()
    cores: dict[int, Ticks] = {}
    counts: dict[str, int] = {}
    for line in content.splitlines():
        name, _, rest = line.partition(b" ")
        if name == b"cpu":
            machine = tuple(map(int, rest.split()[: len(COLUMNS)]))
        elif name.startswith(b"cpu"):
            cores[int(name[3:])] = tuple(map(int, rest.split()[: len(COLUMNS)]))
        elif name in COUNTS:
            # The line of interrupts goes on with one number for each, thousands on a big machine.
            counts[name.decode()] = int(rest.partition(b" ")[0])
    if len(machine) <= IDLE:
        raise ValueError("no times of the whole machine")
    return Stat(machine=machine, cores=cores, counts=counts)


def elapsed(last: Ticks, ticks: Ticks) -> Ticks | Absent:
    """The time between two readings.

    A column may go back: the kernel takes iowait back when it wakes a task elsewhere, and steal after a move to
    another host. That much time hasn't been.
    """
    steps = tuple(map(int.__sub__, ticks, last))
    if min(steps) < 0:
        steps = tuple(max(0, step) for step in steps)
    return steps if any(steps) else Absent("no CPU time was counted in the interval")


def busy_percent(steps: Ticks) -> float:
    whole = sum(steps)
    # Some sandboxes have no column of iowait: hence the slice.
    return 100.0 * ((whole - steps[IDLE] - sum(steps[IOWAIT : IOWAIT + 1])) / whole)
