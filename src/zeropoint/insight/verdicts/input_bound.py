"""input-bound: work makes steps, but most of its time it waits for what it works on.

Steps go on, so this is no stall. It is told only where processors and GPUs have time left: else it waits for these too.
Whether a GPU has is told by the GPU itself, since others may use it: of those that the work holds the busiest counts.
"""

from collections.abc import Iterable, Set
from typing import ClassVar

from zeropoint.insight.verdicts.causes import waits_for_memory
from zeropoint.insight.verdicts.evidence import told
from zeropoint.insight.verdicts.gpu_parts import held_by, use_of
from zeropoint.insight.verdicts.job import Job
from zeropoint.insight.verdicts.look import Look, look_at
from zeropoint.insight.verdicts.rule import Finding, Rule
from zeropoint.insight.verdicts.stalled import LEAST_SECONDS, LEAST_STEPS
from zeropoint.insight.verdicts.window import Window

LOOKED_AT_SECONDS, FEWEST_LOOKS = 20.0, 12
# Of the looks: to begin, and to go on.
BEGIN_SHARE, HOLD_SHARE = 0.4, 0.25
FREE_GPU_PERCENT = 60.0
# A loader that is slow by its own work: its processes are busy while the GPU has time left.
BUSY_CPU_PERCENT, STARVED_GPU_PERCENT, HELD_GPU_PERCENT = 90.0, 50.0, 65.0
SAYS = {
    "disk": "most of its time it waits for a disk",
    "network": "most of its time it waits for the network",
    "loader": "its processors are busy while the GPU has time left",
}
EVIDENCE = {
    "disk": ("disk", "gpu", "busiest-gpu", "psi-io", "own-io", "read", "cpu", "psi-cpu"),
    "network": ("network", "gpu", "busiest-gpu", "psi-io", "own-io", "read", "cpu", "psi-cpu"),
    "loader": ("cpu", "busiest-gpu", "gpu", "psi-io", "own-io", "read"),
}


class InputBound(Rule):
    name: ClassVar[str] = "input-bound"
    refuted_by: ClassVar[str] = "steps that take as long with the same input from memory"
    begin_seconds: ClassVar[float] = 5.0
    clear_seconds: ClassVar[float] = 10.0

    def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
        for job in window.jobs.values():
            if job.has_paused(LEAST_SECONDS, LEAST_STEPS) or not might_wait(window, job):
                continue
            look = look_at(window.last(LOOKED_AT_SECONDS), job.workload)
            cause = cause_of_wait(look, is_held=job.workload in held)
            if cause is not None:
                yield Finding(
                    subject=job.workload,
                    called=job.name,
                    workload=job.workload,
                    cause=cause,
                    says=f"{job.name} is held up by its input: {SAYS[cause]}",
                    evidence=tuple(told(look, *EVIDENCE[cause])),
                )


def might_wait(window: Window, job: Job) -> bool:
    """What costs little to know: most looks need no more."""
    if window.waited_lately(job.workload):
        return True
    held = held_by(job.workload, window.now)
    return bool(held) and all((use_of(gpu) or 0.0) < HELD_GPU_PERCENT for gpu in held)


def cause_of_wait(look: Look, *, is_held: bool) -> str | None:
    if look.waits_looks < FEWEST_LOOKS or waits_for_memory(look):
        return None
    share = HOLD_SHARE if is_held else BEGIN_SHARE
    gpu = look.busiest_gpu_percent
    busy = (look.cpu_percent or 0.0) >= BUSY_CPU_PERCENT * max(1.0, look.processes)
    if not busy and (gpu is None or gpu <= FREE_GPU_PERCENT):
        if look.share(look.disk_looks) >= share:
            return "disk"
        if look.share(look.network_looks) >= share:
            return "network"
    limit = HELD_GPU_PERCENT if is_held else STARVED_GPU_PERCENT
    uses_gpu = gpu is not None and gpu < limit and (look.gpu_percent or 0.0) > 0
    return "loader" if uses_gpu and (look.cpu_percent or 0.0) >= BUSY_CPU_PERCENT else None
