"""The host probes of the system that this runs on: one line for each."""

import sys

from zeropoint.host.cgroup import Cgroup
from zeropoint.host.cpu import Cpu
from zeropoint.host.cpu_frequency import CpuFrequency
from zeropoint.host.disk import Disk
from zeropoint.host.filesystems import Filesystems
from zeropoint.host.gpu_drm import DrmGpus
from zeropoint.host.gpu_nvidia import NvidiaGpus
from zeropoint.host.memory import Memory
from zeropoint.host.network import Network
from zeropoint.host.platform import Platform
from zeropoint.host.pressure import CpuPressure, DiskPressure, MemoryPressure
from zeropoint.host.processes import Processes
from zeropoint.host.sensors import Sensors
from zeropoint.probe import Probe, Roots

LINUX: tuple[type[Probe], ...] = (
    Cpu,
    CpuFrequency,
    CpuPressure,
    Memory,
    MemoryPressure,
    Disk,
    DiskPressure,
    Filesystems,
    Network,
    Processes,
    Platform,
    Cgroup,
    Sensors,
    NvidiaGpus,
    DrmGpus,
)


def probes(roots: Roots) -> tuple[Probe, ...]:
    """New probes for the machine under `roots`; each keeps what it needs for its rates."""
    kinds = LINUX
    # Trees that are given by path are Linux's, wherever they are read.
    if sys.platform != "linux" and roots == Roots():
        # Not at the top: it needs psutil, which Linux does without.
        from zeropoint.host.portable import PROBES as kinds  # noqa: PLC0415, N811
    return tuple(probe() for probe in kinds)
