"""contention: two workloads want the same GPU, processors or disk at once, and there is not enough for both.

It is told of the one whose steps count, with the name of the other. Processors and disks are shared all the time: it is
contention only where the work waits for them, which its own processes tell.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import ClassVar

from zeropoint.insight.verdicts.causes import waits_for_memory
from zeropoint.insight.verdicts.evidence import told
from zeropoint.insight.verdicts.look import Look, look_at, mean
from zeropoint.insight.verdicts.moment import Moment
from zeropoint.insight.verdicts.rule import Finding, Rule
from zeropoint.insight.verdicts.sharing import gpu_sharing
from zeropoint.insight.verdicts.window import Window
from zeropoint.insight.verdicts.words import in_bytes, in_percent
from zeropoint.model import Workload

LOOKED_AT_SECONDS, FEWEST_LOOKS = 10.0, 6
# Of the time in which it could run, what it waited for a processor: to begin, and to go on.
BEGIN_WAIT_PERCENT, HOLD_WAIT_PERCENT = 20.0, 10.0
PINNED_PERCENT, HELD_PINNED_PERCENT, THROTTLED_PERCENT = 40.0, 25.0, 10.0
FULL_CPU_PERCENT, HELD_CPU_PERCENT = 90.0, 80.0
# Of one core, by the other.
OTHER_CORE_PERCENT = 30.0
BEGIN_DISK_PERCENT, HOLD_DISK_PERCENT = 20.0, 10.0
BEGIN_DISK_SHARE, HOLD_DISK_SHARE = 0.3, 0.2
# Of the work's own traffic, by the other; and at least so much of it.
BEGIN_OTHER_SHARE, HOLD_OTHER_SHARE, OTHER_DISK_BYTES = 0.5, 0.35, 1e6
# What has no steps to lose and waits less, of one core, does not count; and so many are told of one moment.
LEAST_WAIT_PERCENT, MOST_TOLD = 15.0, 3
WATCHED = ("run", "component", "jupyter", "slurm")


class Contention(Rule):
    name: ClassVar[str] = "contention"
    refuted_by: ClassVar[str] = "steps that take as long when the other workload rests"
    begin_seconds: ClassVar[float] = 4.0
    clear_seconds: ClassVar[float] = 8.0

    def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
        rows = (row for row in window.now.workloads.values() if row.kind in WATCHED)
        waiting = [row for row in rows if is_told_of(row, held) or might_wait(row, window)]
        # What holds already comes first, so that of many the same ones are told; then who counts its steps.
        waiting.sort(key=lambda row: (not is_told_of(row, held), row.id not in window.jobs, -cpu_wait(row)))
        for row in waiting[:MOST_TOLD]:
            moments = window.last(LOOKED_AT_SECONDS)
            look = look_at(moments, row.id)
            if look.waits_looks >= FEWEST_LOOKS:
                yield from for_cpu(row, look, moments, held)
                yield from for_disk(row, look, moments, held)
        yield from gpu_sharing(window.last(LOOKED_AT_SECONDS) if len(window.now.gpus) else (), held)


def might_wait(row: Workload, window: Window) -> bool:
    """What costs little to know: most looks need no more."""
    waits = row.waits
    if waits is None:
        return False
    if row.id not in window.jobs and cpu_wait(row) < LEAST_WAIT_PERCENT and not window.waited_lately(row.id):
        return False
    waited = waits.cpu_wait_share_percent or 0.0
    full = (window.now.cpu.usage_percent or 0.0) >= HELD_CPU_PERCENT and waited >= HOLD_WAIT_PERCENT / 2
    return full or waited >= HELD_PINNED_PERCENT / 2 or window.waited_lately(row.id)


def is_told_of(row: Workload, held: Set[str]) -> bool:
    return f"cpu {row.id}" in held or f"disk {row.id}" in held


def cpu_wait(row: Workload) -> float:
    return (row.waits.cpu_wait_percent if row.waits else None) or 0.0


def for_cpu(row: Workload, look: Look, moments: Sequence[Moment], held: Set[str]) -> Iterator[Finding]:
    subject = f"cpu {row.id}"
    is_held = subject in held
    waits = (look.cpu_wait_share_percent or 0.0) >= (HOLD_WAIT_PERCENT if is_held else BEGIN_WAIT_PERCENT)
    full = is_full(look, is_held=is_held)
    other = most_of(row.id, moments, "cpu_percent")
    if not waits or not full or other is None or other[1] < OTHER_CORE_PERCENT:
        return
    rival, used = other
    yield Finding(
        subject=subject,
        called=row.name,
        workload=row.id,
        cause="cpu",
        says=f"{row.name} and {rival.name} want more processors than there are",
        evidence=(
            *told(look, "cpu-wait", "cpu"),
            f"{rival.name} uses of a core {in_percent(used)} (ledger.workloads.{rival.id}.cpu_percent)",
            *told(look, "machine-cpu", "psi-cpu", "own-cpu", "quota", "steal"),
        ),
    )


def is_full(look: Look, *, is_held: bool) -> bool:
    """The machine, or the processors that the work may use: then it waits long while others are free. Where a quota
    holds it back, nobody else takes them."""
    if (look.machine_cpu_percent or 0.0) >= (HELD_CPU_PERCENT if is_held else FULL_CPU_PERCENT):
        return True
    pinned = (look.cpu_wait_share_percent or 0.0) >= (HELD_PINNED_PERCENT if is_held else PINNED_PERCENT)
    return pinned and (look.quota_percent or 0.0) < THROTTLED_PERCENT


def for_disk(row: Workload, look: Look, moments: Sequence[Moment], held: Set[str]) -> Iterator[Finding]:
    """Which disks a workload uses is not told: that another one keeps a disk busy is all that is known."""
    subject = f"disk {row.id}"
    is_held = subject in held
    pressed = (look.io_some_percent or 0.0) >= (HOLD_DISK_PERCENT if is_held else BEGIN_DISK_PERCENT)
    waits = look.share(look.disk_looks) >= (HOLD_DISK_SHARE if is_held else BEGIN_DISK_SHARE)
    other = most_of(row.id, moments, "read_bytes_per_second", "write_bytes_per_second")
    if not pressed or not waits or waits_for_memory(look) or other is None:
        return
    rival, used = other
    own = (look.read_bytes_per_second or 0.0) + (look.write_bytes_per_second or 0.0)
    # Who has much less than the work itself does not take it from that.
    if used < max(OTHER_DISK_BYTES, own * (HOLD_OTHER_SHARE if is_held else BEGIN_OTHER_SHARE)):
        return
    yield Finding(
        subject=subject,
        called=row.name,
        workload=row.id,
        cause="disk",
        says=f"{row.name} waits for a disk while {rival.name} uses disks too",
        evidence=(
            *told(look, "disk", "psi-io", "own-io", "read", "write"),
            f"{rival.name} reads and writes {in_bytes(used)}/s "
            f"(ledger.workloads.{rival.id}.read_bytes_per_second and write_bytes_per_second)",
        ),
    )


def most_of(workload: str, moments: Sequence[Moment], *fields: str) -> tuple[Workload, float] | None:
    """Which other workload has the most of something over these moments, added up over the fields; the kernel aside,
    but for what the hypervisor takes."""
    found: tuple[Workload, float] | None = None
    for row in moments[-1].workloads.values():
        if row.id in (workload, "kernel:kernel"):
            continue
        used = sum(
            mean(getattr(one, field) for moment in moments if (one := moment.workloads.get(row.id)) is not None) or 0.0
            for field in fields
        )
        if found is None or used > found[1]:
            found = row, used
    return found
