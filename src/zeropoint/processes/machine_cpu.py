"""CPU time of the whole machine: the first line of PROC/stat, proc_stat(5)."""

import re

from msgspec import Struct

# In hundredths of a second on every architecture that Linux runs on today but alpha.
USER_HZ = 100
CORE = re.compile(rb"^cpu\d", re.MULTILINE)


class MachineCpu(Struct, frozen=True):
    """Since the boot, over all processors. `busy` is user, nice, system, irq, softirq and steal; the other two are the
    parts of it that no process has: interrupts, and what other guests of the same host took. `cores_count` are the
    processors that were there."""

    busy_seconds_total: float
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
    user, nice, system, _, _, irq, softirq, steal = [*map(int, columns), 0, 0, 0, 0][:8]
    interrupts = irq + softirq
    busy = user + nice + system + interrupts + steal
    return MachineCpu(busy / USER_HZ, interrupts / USER_HZ, steal / USER_HZ, max(1, len(CORE.findall(content))))
