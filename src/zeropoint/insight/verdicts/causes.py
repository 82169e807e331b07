"""What a workload waits for, where a look separates that from all else. Pure.

The order matters: what is stopped waits for nothing, and what waits for swap is seen to wait for a disk as well.
"""

from collections.abc import Mapping, Sequence

from zeropoint.insight.verdicts.look import Look
from zeropoint.insight.verdicts.moment import Moment
from zeropoint.insight.verdicts.rule import UNKNOWN

CAUSES: Mapping[str, str] = {
    "stopped": "its processes are stopped (SIGSTOP, a terminal or a debugger)",
    "memory": "the machine is short of memory",
    "disk": "it waits for a disk",
    "cpu": "it gets no processor",
    "network": "it waits for the network",
    "other-workload": "another workload has the GPU",
    "gpu-idle": "the GPU that it holds is idle",
    UNKNOWN: "what for is not seen",
}
FEWEST_LOOKS = 3
# Of the looks; a wait that takes the whole time is seen in nearly all of them.
MOST_LOOKS_SHARE = 0.5
PRESSED_LOOKS_SHARE, PRESSED_IO_PERCENT = 0.3, 10.0
SHORT_MEMORY_PERCENT, SHORT_SWAP_BYTES_PER_SECOND = 10.0, 1e6
STARVED_SHARE_PERCENT, STARVED_PERCENT = 50.0, 20.0
# Of a core, of one that could run in most of the looks.
STARVED_CPU_PERCENT = 25.0
RESTING_CPU_PERCENT = 25.0
IDLE_GPU_PERCENT, BUSY_GPU_PERCENT = 5.0, 50.0


def cause_of(look: Look, moments: Sequence[Moment]) -> tuple[str, Sequence[str]]:
    """The cause, and the names of the evidence for it (of `evidence.told`)."""
    if look.all_stopped and (look.cpu_percent or 0.0) < RESTING_CPU_PERCENT:
        return "stopped", ("stopped",)
    if look.waits_looks >= FEWEST_LOOKS:
        if waits_for_memory(look):
            return "memory", ("psi-memory", "own-memory", "swap", "disk")
        if waits_for_disk(look) and not waits_longer_for_cpu(look):
            return "disk", ("disk", "psi-io", "own-io", "read")
        if is_starved(look):
            return "cpu", ("cpu-wait", "runnable", "psi-cpu", "own-cpu", "machine-cpu", "quota", "steal")
        if look.share(look.network_looks) >= MOST_LOOKS_SHARE and (look.cpu_percent or 0.0) < RESTING_CPU_PERCENT:
            return "network", ("network", "disk", "psi-io", "psi-cpu")
    if look.gpu_memory_bytes and look.gpu_percent is not None and look.gpu_percent < IDLE_GPU_PERCENT:
        if others_have_gpu(look.workload, moments):
            return "other-workload", ("gpu", "gpu-memory")
        if (look.cpu_percent or 0.0) < RESTING_CPU_PERCENT:
            return "gpu-idle", ("gpu", "gpu-memory", "disk", "network")
    return UNKNOWN, ("disk", "network", "runnable", "cpu-wait", "psi-io", "psi-cpu", "psi-memory")


def waits_for_memory(look: Look) -> bool:
    """Pressure alone is of the whole machine; that the workload waits too is seen by its own, or by its processes."""
    if (look.own_memory_percent or 0.0) >= SHORT_MEMORY_PERCENT:
        return True
    short = (look.memory_full_percent or 0.0) >= SHORT_MEMORY_PERCENT
    swapping = (look.swap_bytes_per_second or 0.0) >= SHORT_SWAP_BYTES_PER_SECOND
    return (short or swapping) and look.share(look.disk_looks + look.runnable_looks) >= MOST_LOOKS_SHARE


def waits_for_disk(look: Look) -> bool:
    """Fast disks are waited for in short pieces, so fewer looks suffice where the machine's pressure agrees."""
    pressed = max(look.io_some_percent or 0.0, look.own_io_percent or 0.0) >= PRESSED_IO_PERCENT
    return look.share(look.disk_looks) >= (PRESSED_LOOKS_SHARE if pressed else MOST_LOOKS_SHARE)


def waits_longer_for_cpu(look: Look) -> bool:
    """Of one that waits for both, by the time that it spends so."""
    waited = (look.cpu_wait_percent or 0.0) / max(1.0, look.processes)
    return is_starved(look) and waited > 100 * look.share(look.disk_looks)


def is_starved(look: Look) -> bool:
    """It could run and did not, for most of that time. Of one that gets no turn at all the kernel counts nothing: it is
    seen ready in the looks, and never to wait for a disk."""
    if (look.cpu_wait_share_percent or 0.0) >= STARVED_SHARE_PERCENT and (
        look.cpu_wait_percent or 0.0
    ) >= STARVED_PERCENT:
        return True
    ready = look.share(look.runnable_looks) >= MOST_LOOKS_SHARE and not look.disk_looks
    return ready and look.cpu_percent is not None and look.cpu_percent < STARVED_CPU_PERCENT


def others_have_gpu(workload: str, moments: Sequence[Moment]) -> bool:
    """Whether others use GPUs meanwhile, as much as one of them has."""
    return all(
        sum(row.gpu_percent or 0.0 for row in moment.workloads.values() if row.id != workload) >= BUSY_GPU_PERCENT
        for moment in moments
    )
