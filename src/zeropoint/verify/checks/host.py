"""How what is told of the machine as a whole is checked."""

from collections.abc import Mapping

from zeropoint.verify.compare import Check, Fixed, Level
from zeropoint.verify.growth import Counter, Share

HOST: Mapping[str, Check] = {
    "system.host.name": Fixed(),
    "system.host.platform.system": Fixed(),
    "system.host.platform.release": Fixed(),
    "system.host.platform.machine": Fixed(),
    # Programs start and end meanwhile.
    "system.host.process_count": Level(floor=8, share=0.02),
    "system.host.thread_count": Level(floor=16, share=0.02),
    "system.host.uptime_seconds": Counter(slack=0.02),
    # The kernel rounds it, and clocks are set.
    "system.host.boot_time": Level(floor=1.0, moves=False),
    "system.host.container.cpu_limit_cores": Level(moves=False),
    "system.host.container.cpu_throttled_seconds_total": Counter(),
    "system.host.container.cpu_throttled_percent": Share(
        part=("{row}.periods_throttled",), rest=("{row}.periods_free",)
    ),
    "system.host.container.memory_limit_bytes": Level(moves=False),
    "system.host.container.memory_used_bytes": Level(floor=32 * 1024**2),
    "system.host.container.memory_usage_percent": Level(floor=1.0, share=0.1),
    "system.host.container.oom_kills_total": Counter(),
    "system.host.container.pids_limit": Level(moves=False),
}
