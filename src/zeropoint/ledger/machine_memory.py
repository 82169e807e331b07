"""The machine's memory as a ledger counts it: PROC/meminfo, Documentation/filesystems/proc.rst (1.6)."""

import re

from msgspec import Struct

from zeropoint.probe import Roots, read_file

AMOUNTS = re.compile(
    rb"^(MemTotal|MemFree|Buffers|Cached|Mapped|Shmem|Slab|KernelStack|PageTables|Percpu): *(\d+) kB$", re.MULTILINE
)


class MachineMemory(Struct, frozen=True):
    """`used_bytes` is all memory that is in use, but for page cache that nothing maps; `kernel_bytes` the part of it
    that the kernel has for itself (its caches, stacks and page tables)."""

    used_bytes: int
    kernel_bytes: int


def parse_machine_memory(content: bytes) -> MachineMemory | None:
    """None where a row that is needed is missing.

    Files that are mapped are in the shares of those that map them, and so is shared memory; what of that nobody maps
    (a tmpfs) is in use all the same.
    """
    rows = {name: int(kib) * 1024 for name, kib in AMOUNTS.findall(content)}
    try:
        anonymous_and_kernel = rows[b"MemTotal"] - rows[b"MemFree"] - rows[b"Buffers"] - rows[b"Cached"]
        used = anonymous_and_kernel + max(rows[b"Mapped"], rows[b"Shmem"])
        kernel = rows[b"Slab"] + rows[b"KernelStack"] + rows[b"PageTables"] + rows.get(b"Percpu", 0)
    except KeyError:
        return None
    return MachineMemory(max(0, used), kernel)


def read_machine_memory(roots: Roots) -> MachineMemory | None:
    """None where the system does not tell."""
    try:
        return parse_machine_memory(read_file(f"{roots.proc}/meminfo"))
    except OSError:
        return None
