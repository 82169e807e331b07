"""Processes that compute on AMD GPUs through ROCm: SYS/class/kfd, drivers/gpu/drm/amd/amdkfd/kfd_process.c.

Their work goes to the GPU past the kernel's scheduler, so the accounts of open files (drm_usage.py) count none of its
time. The memory of each process is told here, to everybody.
"""

from collections.abc import Mapping

from msgspec import Struct

from zeropoint.host.sysfs import names_in, number_at, text_at
from zeropoint.probe import Absent

COMPUTE_UNSEEN = Absent("it computes through ROCm, whose work the driver counts for no process")


class KfdUse(Struct, frozen=True):
    memory_bytes: int


def properties(text: str) -> dict[str, int]:
    """A node's properties: a name and a number a line."""
    facts: dict[str, int] = {}
    for line in text.splitlines():
        name, _, number = line.partition(" ")
        if number.strip().isdecimal() and len(number) < 21:
            facts[name] = int(number)
    return facts


def compute_nodes(sys: str) -> dict[str, int]:
    """KFD's number of each GPU by its node below /dev/dri ("renderD128")."""
    found: dict[str, int] = {}
    folder = f"{sys}/class/kfd/kfd/topology/nodes"
    for node in names_in(folder):
        number = number_at(f"{folder}/{node}/gpu_id")
        minor = properties(text_at(f"{folder}/{node}/properties") or "").get("drm_render_minor")
        if number and minor:  # processors are nodes too, with numbers of 0
            found[f"renderD{minor}"] = number
    return found


def compute_processes(sys: str, cards: Mapping[str, str]) -> dict[str, dict[int, KfdUse]]:
    """What processes hold by card and process. `cards` gives the card of a node of /dev/dri."""
    found: dict[str, dict[int, KfdUse]] = {}
    folder = f"{sys}/class/kfd/kfd/proc"
    pids = [name for name in names_in(folder) if name.isdecimal()]
    nodes = compute_nodes(sys) if pids else {}
    for pid in pids:
        for node, number in nodes.items():
            held = number_at(f"{folder}/{pid}/vram_{number}")
            if node in cards and held:
                found.setdefault(cards[node], {})[int(pid)] = KfdUse(held)
    return found
