"""Names of processes whose numbers a GPU's driver tells, and what of a machine's processes can be seen from here."""

import os
from pathlib import Path

from zeropoint.probe import Absent, Roots, read_file
from zeropoint.texts import clean

# PROC_PID_INIT_INO of include/linux/proc_ns.h: the first PID namespace has this number on every machine.
FIRST_NAMESPACE = "pid:[4026531836]"
OTHER_NAMESPACE = Absent("it belongs to another PID namespace than /proc here")
# comm(5) is 15 bytes; threads of the kernel have longer ones.
NAME_LIMIT_BYTES = 256
KERNEL_THREAD = 0x00200000  # PF_KTHREAD of include/linux/sched.h


def flags_of(roots: Roots, pid: int) -> int | None:
    """The kernel's flags of a process; None when it has ended."""
    try:
        # The 9th field of stat, proc(5); the name before it may hold anything.
        return int(read_file(f"{roots.proc}/{pid}/stat").rpartition(b") ")[2].split()[6])
    except (OSError, ValueError, IndexError):
        return None


def shows_all_processes(roots: Roots) -> bool:
    """Whether this /proc is of the first PID namespace: number 2 is the kernel's own there, and in no other."""
    return bool((flags_of(roots, 2) or 0) & KERNEL_THREAD)


def in_own_namespace(roots: Roots) -> bool:
    """Whether this process has a PID namespace of its own, as in a container, whatever /proc it was given."""
    try:
        return str(Path(f"{roots.proc}/self/ns/pid").readlink()) != FIRST_NAMESPACE
    except OSError:  # a kernel without namespaces
        return False


def program_name(roots: Roots, pid: int) -> str | None:
    """The name in /proc/PID/comm, which anybody can set to anything; None where there is no such process."""
    try:
        content = read_file(f"{roots.proc}/{pid}/comm", NAME_LIMIT_BYTES)
    except OSError:
        return None
    return clean(content.decode(errors="replace").removesuffix("\n"))


def name_of_holder(roots: Roots, pid: int, doubtful: bool, device: str) -> str | Absent:
    """The name of the process that the driver calls `pid`.

    Drivers count processes in the first namespace or in the caller's, by their version. So where another namespace is
    in play (`doubtful`), only a process that holds a file beginning with `device` open is taken for the one meant.
    """
    name = program_name(roots, pid)
    if name is None:
        return OTHER_NAMESPACE if doubtful else Absent("the process has ended")
    return name if not doubtful or holds(roots, pid, device) else OTHER_NAMESPACE


def holds(roots: Roots, pid: int, device: str) -> bool:
    """Whether the process has a file open whose path begins so; also False where that may not be looked at."""
    folder = f"{roots.proc}/{pid}/fd"
    try:
        for descriptor in os.listdir(folder):  # noqa: PTH208 - a Path each is dear
            try:
                if os.readlink(f"{folder}/{descriptor}").startswith(device):  # noqa: PTH115 - as above
                    return True
            except OSError:
                continue
    except OSError:
        return False
    return False
