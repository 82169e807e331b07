"""What a workload waits for, where a look separates that from all else. Pure.

The order matters: what is stopped waits for nothing, and what waits for swap is seen to wait for a disk as well.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from zeropoint.insight.verdicts.gpu_parts import held_by, label_of, names_of, parts_of
from zeropoint.insight.verdicts.look import Look
from zeropoint.insight.verdicts.moment import Moment
from zeropoint.insight.verdicts.rule import UNKNOWN
from zeropoint.insight.verdicts.words import in_percent
from zeropoint.model import Gpu

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


class Cause(Struct, frozen=True):
    """`names` are of the evidence for it (of `evidence.told`), `texts` is what that does not have; `says` is None where
    CAUSES says it."""

    cause: str
    names: Sequence[str]
    texts: Sequence[str] = ()
    says: str | None = None

    @property
    def words(self) -> str:
        return self.says or CAUSES[self.cause]


def cause_of(look: Look, moments: Sequence[Moment]) -> Cause:
    if look.all_stopped and (look.cpu_percent or 0.0) < RESTING_CPU_PERCENT:
        return Cause("stopped", ("stopped",))
    if look.waits_looks >= FEWEST_LOOKS:
        if waits_for_memory(look):
            return Cause("memory", ("psi-memory-some", "psi-memory", "own-memory", "swap", "disk"))
        if waits_for_disk(look) and not waits_longer_for_cpu(look):
            return Cause("disk", ("disk", "psi-io", "own-io", "read", "write"))
        if is_starved(look):
            return Cause("cpu", ("cpu-wait", "runnable", "psi-cpu", "own-cpu", "machine-cpu", "quota", "steal"))
        if look.share(look.network_looks) >= MOST_LOOKS_SHARE and (look.cpu_percent or 0.0) < RESTING_CPU_PERCENT:
            return Cause("network", ("network", "disk", "psi-io", "psi-cpu"))
    if look.gpu_memory_bytes and look.gpu_percent is not None and look.gpu_percent < IDLE_GPU_PERCENT:
        other = who_has_its_gpu(look.workload, moments)
        if other is not None:
            name, text = other
            return Cause("other-workload", ("gpu", "gpu-memory"), (text,), f"{name} has the GPU")
        if (look.cpu_percent or 0.0) < RESTING_CPU_PERCENT:
            return Cause("gpu-idle", ("gpu", "gpu-memory", "busiest-gpu", "disk", "network"))
    return Cause(UNKNOWN, ("disk", "network", "runnable", "cpu-wait", "psi-io", "psi-cpu", "psi-memory"))


def waits_for_memory(look: Look) -> bool:
    """Pressure alone is of the whole machine; that the workload waits too is seen by its own, or by its processes. Who
    waits for memory is in the disk's queue: for swap, or for what was dropped of its files. That it could run tells
    nothing, since what works can. A machine that swaps what nobody uses is not short: then the pressure is low."""
    if (look.own_memory_percent or 0.0) >= SHORT_MEMORY_PERCENT:
        return True
    short = (look.memory_full_percent or 0.0) >= SHORT_MEMORY_PERCENT
    swaps = (look.swap_bytes_per_second or 0.0) >= SHORT_SWAP_BYTES_PER_SECOND
    # Where the kernel tells no pressure, the swapping alone is there to go by.
    swapping = swaps and (look.memory_some_percent is None or look.memory_some_percent >= SHORT_MEMORY_PERCENT)
    return (short or swapping) and look.share(look.disk_looks) >= PRESSED_LOOKS_SHARE


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


def who_has_its_gpu(workload: str, moments: Sequence[Moment]) -> tuple[str, str] | None:
    """Who has most of a GPU that the workload holds, by name, and the evidence for it; None where others do not have
    half of that GPU all the time."""
    for uuid in dict.fromkeys(gpu.uuid for moment in moments for gpu in held_by(workload, moment)):
        seen = [(gpu, moment) for moment in moments for gpu in moment.gpus if gpu.uuid == uuid]
        others = [_others_parts(workload, gpu, moment) for gpu, moment in seen]
        if len(seen) < len(moments) or min(sum(parts.values()) for parts in others) < BUSY_GPU_PERCENT:
            continue
        means = {owner: sum(one.get(owner, 0.0) for one in others) / len(others) for parts in others for owner in parts}
        most = max(means, key=lambda owner: means[owner])
        (name,) = names_of([most], seen)
        text = f"of {label_of(seen[-1][0])}, which it holds, {name} has {in_percent(means[most])}"
        return name, f"{text} (system.gpus.{uuid}.processes.*.utilization_percent)"
    return None


def _others_parts(workload: str, gpu: Gpu, moment: Moment) -> Mapping[str, float]:
    return {owner: part for owner, part in parts_of(gpu, moment).items() if owner != workload}
