"""The independent sources, one line each. Where several tell of the same, the first that answers is taken."""

import sys

from zeropoint.probe import Roots
from zeropoint.verify.source import Source
from zeropoint.verify.sources.battery import BATTERY
from zeropoint.verify.sources.block_stat import BLOCK_STAT
from zeropoint.verify.sources.cgroup import CGROUP
from zeropoint.verify.sources.clock import CLOCK, UPTIME_FILE
from zeropoint.verify.sources.df import DF
from zeropoint.verify.sources.free import FREE
from zeropoint.verify.sources.frequency import FREQUENCY
from zeropoint.verify.sources.hwmon import HWMON
from zeropoint.verify.sources.ip import IP
from zeropoint.verify.sources.loadavg import LOADAVG
from zeropoint.verify.sources.lscpu import LSCPU
from zeropoint.verify.sources.meminfo import MEMINFO, SWAPS
from zeropoint.verify.sources.net_statistics import NET_STATISTICS
from zeropoint.verify.sources.nstat import NSTAT
from zeropoint.verify.sources.nvidia_smi import NVIDIA_SMI
from zeropoint.verify.sources.own_process import OWN_PROCESS
from zeropoint.verify.sources.pressure import PRESSURE
from zeropoint.verify.sources.proc_stat import PROC_STAT
from zeropoint.verify.sources.process_list import PROCESS_LIST
from zeropoint.verify.sources.ps import PS
from zeropoint.verify.sources.ss import SS
from zeropoint.verify.sources.statvfs import STATVFS
from zeropoint.verify.sources.tcp import TCP
from zeropoint.verify.sources.topology import TOPOLOGY
from zeropoint.verify.sources.uname import UNAME
from zeropoint.verify.sources.uptime import UPTIME
from zeropoint.verify.sources.vm_events import VM_EVENTS
from zeropoint.verify.sources.vmstat import VMSTAT

SOURCES: tuple[Source, ...] = (
    # Programs first: they share no code with the probes, and no thought of who wrote them.
    FREE,
    VMSTAT,
    LSCPU,
    UPTIME,
    PS,
    DF,
    IP,
    SS,
    NSTAT,
    NVIDIA_SMI,
    # Then calls, and other files than the probes read.
    UNAME,
    CLOCK,
    OWN_PROCESS,
    TOPOLOGY,
    BLOCK_STAT,
    NET_STATISTICS,
    SWAPS,
    VM_EVENTS,
    STATVFS,
    # Last the probes' own files, read by plain code.
    PROC_STAT,
    LOADAVG,
    MEMINFO,
    FREQUENCY,
    PRESSURE,
    TCP,
    PROCESS_LIST,
    UPTIME_FILE,
    CGROUP,
    HWMON,
    BATTERY,
)


def sources(roots: Roots) -> tuple[Source, ...]:
    """Those that know the machine under `roots`; none on other systems than Linux."""
    if sys.platform != "linux":
        return ()
    return tuple(source for source in SOURCES if roots == Roots() or not source.only_here)
