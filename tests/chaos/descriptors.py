"""Open descriptors of a process, as the kernel counts them."""

from pathlib import Path


def descriptors(pid: int) -> int:
    """proc(5), /proc/PID/fd: its sockets among them."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
