"""getrusage(2): the CPU time of this very process, and its memory as the kernel's status file has it."""

from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files


def read_own(_: Roots) -> Facts:
    import resource  # noqa: PLC0415 - not on Windows

    used = resource.getrusage(resource.RUSAGE_SELF)
    rows = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "server.cpu_seconds_total": used.ru_utime + used.ru_stime,
        "server.memory_bytes": int(rows["VmRSS"].split()[0]) * 1024,
    }


OWN_PROCESS = Files("getrusage(), /proc/self/status", ("server.",), read_own)
