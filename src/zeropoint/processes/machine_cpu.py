"""CPU time of the whole machine: the first line of PROC/stat, proc_stat(5)."""

import re

from msgspec import Struct

# In hundredths of a second on every architecture that Linux runs on today but alpha.
USER_HZ = 100
CORE = re.compile(rb"^cpu\d", re.MULTILINE)


class MachineCpu(Struct, frozen=True):
    """Since the boot, over all processors. `busy` is user, nice, system, irq, softirq and steal, `idle` is idle and
    iowait; interrupts, and what other guests of the same host took, are parts of busy that no process has.
    `cores_count` are the processors that were there."""

    busy_seconds_total: float
    idle_seconds_total: float
    interrupt_seconds_total: float
    steal_seconds_total: float
    cores_count: int


def parse_machine_cpu(content: bytes) -> MachineCpu | None:
    """None for what is no such file."""
    name, _, rest = content.partition(b"\n")[0].partition(b" ")
    columns = rest.split()
    if name != b"cpu" or len(columns) < 4 or not all(map(bytes.isdigit, columns)):
        return None
    # Some sandboxes have the first four alone.
    user, nice, system, idle, iowait, irq, softirq, steal = [*map(int, columns), 0, 0, 0, 0][:8]
    interrupts = irq + softirq
    busy = user + nice + system + interrupts + steal
    return MachineCpu(
        busy_seconds_total=busy / USER_HZ,
        idle_seconds_total=(idle + iowait) / USER_HZ,
        interrupt_seconds_total=interrupts / USER_HZ,
        steal_seconds_total=steal / USER_HZ,
        cores_count=max(1, len(CORE.findall(content))),
    )
