"""The host on macOS and Windows, through psutil. Linux has parsers of its own, and these run there only in tests.

What psutil does not tell, or tells by a number that stands for nothing, is null with the reason.
"""

from zeropoint.host.gpu_nvidia import NvidiaGpus
from zeropoint.host.psutil_cpu import PortableCpu
from zeropoint.host.psutil_disk import PortableDisk
from zeropoint.host.psutil_host import PortableHost
from zeropoint.host.psutil_memory import PortableMemory
from zeropoint.host.psutil_network import PortableNetwork
from zeropoint.host.psutil_sensors import PortableSensors
from zeropoint.probe import Probe

PROBES: tuple[type[Probe], ...] = (
    PortableCpu,
    PortableMemory,
    PortableDisk,
    PortableNetwork,
    PortableHost,
    PortableSensors,
    NvidiaGpus,
)
