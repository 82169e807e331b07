"""The machine's totals that a ledger splits."""

from msgspec import Struct

from zeropoint.ledger.facts import Facts
from zeropoint.ledger.gpu_shares import gpu_totals
from zeropoint.ledger.machine_memory import MachineMemory
from zeropoint.model import Usage
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Missing
from zeropoint.processes import Processes

NO_TIMES = Absent("this system tells no CPU time of the machine")
# Between the columns of PROC/stat and the clock: a processor that comes or goes, a suspend, or another machine's time.
TRUSTED_SHARE = 0.25
NO_MEMORY = Absent("this system does not tell what its memory holds")


class Totals(Struct, frozen=True):
    """`usage` is what is split, `missing` says why parts of it are null. Of the processors' time, `interrupt_percent`
    and `steal_percent` are no process's (of one core); `kernel_bytes` is the kernel's own memory; `processor_watts` the
    processors' part of the power, `cores` how many share it. None where it is not told."""

    usage: Usage
    missing: Missing
    interrupt_percent: float
    steal_percent: float
    kernel_bytes: int | None
    processor_watts: float | None
    cores: int


def totals_of(
    before: Processes | None, now: Processes, memory: MachineMemory | None, watts: float | Absent, facts: Facts
) -> Totals:
    """`before` is the listing of the last reading, `watts` what the processors draw."""
    missing = Missing()
    busy, interrupts, steal = _cpu_percent(before, now)
    gpus = gpu_totals(facts.gpus or ())
    no_gpu = Absent(facts.reason("system.gpus") if facts.gpus is None else "the drivers do not tell it")
    no_disk, no_network = Absent(facts.reason("system.disk")), Absent(facts.reason("system.network"))
    power = Absent(f"processors: {watts.reason}; GPUs: {no_gpu.reason}") if isinstance(watts, Absent) else watts
    if gpus.watts is not None:
        power = gpus.watts + (0.0 if isinstance(watts, Absent) else watts)

    def told(value: float | None, otherwise: Absent) -> float | Absent:
        return otherwise if value is None else value

    disk, network = facts.disk, facts.network
    usage = Usage(
        pids_count=len(now.by_pid),
        cpu_percent=missing.take("cpu_percent", busy),
        memory_bytes=missing.take("memory_bytes", memory.used_bytes if memory else NO_MEMORY),
        read_bytes_per_second=missing.take(
            "read_bytes_per_second", told(disk.read_bytes_per_second if disk else None, no_disk)
        ),
        write_bytes_per_second=missing.take(
            "write_bytes_per_second", told(disk.write_bytes_per_second if disk else None, no_disk)
        ),
        received_bytes_per_second=missing.take(
            "received_bytes_per_second", told(network.bytes_received_per_second if network else None, no_network)
        ),
        sent_bytes_per_second=missing.take(
            "sent_bytes_per_second", told(network.bytes_sent_per_second if network else None, no_network)
        ),
        gpu_percent=missing.take("gpu_percent", told(gpus.percent, no_gpu)),
        gpu_memory_bytes=missing.take("gpu_memory_bytes", no_gpu if gpus.memory_bytes is None else gpus.memory_bytes),
        power_watts=missing.take("power_watts", power),
    )
    return Totals(
        usage=usage,
        missing=missing,
        interrupt_percent=interrupts,
        steal_percent=steal,
        kernel_bytes=memory.kernel_bytes if memory else None,
        processor_watts=None if isinstance(watts, Absent) else watts,
        cores=now.machine.cores_count if now.machine else 1,
    )


def _cpu_percent(before: Processes | None, now: Processes) -> tuple[float | Absent, float, float]:
    """In use, by interrupts, and taken by other guests of the host: percent of one core."""
    if now.machine is None:
        return NO_TIMES, 0.0, 0.0
    if before is None or before.machine is None or now.listed_at <= before.listed_at:
        return Absent(NEEDS_TWO_READINGS), 0.0, 0.0
    seconds, last, this = now.listed_at - before.listed_at, before.machine, now.machine
    # After a move to another host the counters may go back: that much time hasn't been.
    busy = max(0.0, this.busy_seconds_total - last.busy_seconds_total)
    idle = max(0.0, this.idle_seconds_total - last.idle_seconds_total)
    if not busy and not idle:
        return Absent("no CPU time was counted in the interval"), 0.0, 0.0
    elapsed = seconds * this.cores_count
    # The kernel samples what is busy at its ticks, and measures what is idle: under a storm of short processes the one
    # is a tenth too small, while the other is exact to a hundredth. Not when time itself is not that of this clock.
    if abs(busy + idle - elapsed) < TRUSTED_SHARE * elapsed:
        busy = max(0.0, elapsed - idle)
    interrupts = max(0.0, this.interrupt_seconds_total - last.interrupt_seconds_total)
    steal = max(0.0, this.steal_seconds_total - last.steal_seconds_total)
    return 100 * busy / seconds, 100 * interrupts / seconds, 100 * steal / seconds
