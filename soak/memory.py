"""Resident memory of a process."""

from pathlib import Path


def resident_bytes(pid: int) -> int:
    """proc(5), VmRSS in /proc/PID/status, which is in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) * 1024


def mib(size_bytes: float) -> str:
    return f"{size_bytes / 2**20:.1f} MiB"
