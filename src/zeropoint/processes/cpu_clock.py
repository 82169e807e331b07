"""CPU clocks of processes: nanoseconds, of anybody's, for a sixth of what it costs to read PROC/PID/stat.

clock_getcpuclockid(3): the clock of a process is its number, complemented and shifted, and CPUCLOCK_SCHED.
"""

import os
import sys
import time

from zeropoint.probe import Roots

CPUCLOCK_SCHED = 2


def has_clocks(roots: Roots) -> bool:
    """Whether the numbers in PROC are those of the namespace that this process asks in."""
    if sys.platform != "linux" or roots.proc != "/proc":
        return False
    try:
        return os.readlink("/proc/self") == str(os.getpid())  # noqa: PTH115 - a text is what is compared
    except OSError:
        return False


def cpu_nanoseconds(pid: int) -> int:
    """CPU time of all threads of a process, those that have ended among them. Raises OSError when it is gone."""
    return time.clock_gettime_ns((~pid << 3) | CPUCLOCK_SCHED)
