"""How the metrics of memory are checked."""

from collections.abc import Mapping

from zeropoint.verify.checks.pressure import pressure_checks
from zeropoint.verify.compare import Check, Level
from zeropoint.verify.growth import Counter, Rate

# What programs may take or give back within a look.
MOVES_BYTES = 32 * 1024**2
MOVING = ("used", "available", "free", "cached", "buffers", "shared", "dirty", "committed")

MEMORY: Mapping[str, Check] = {
    "system.memory.total_bytes": Level(moves=False),
    **{f"system.memory.{name}_bytes": Level(floor=MOVES_BYTES) for name in MOVING},
    "system.memory.usage_percent": Level(floor=1.0),
    "system.memory.major_faults_total": Counter(),
    "system.memory.major_faults_per_second": Rate(of=("{row}.major_faults_total",)),
    "system.memory.oom_kills_total": Counter(),
    "system.memory.swap.total_bytes": Level(moves=False),
    "system.memory.swap.used_bytes": Level(floor=MOVES_BYTES),
    "system.memory.swap.free_bytes": Level(floor=MOVES_BYTES),
    "system.memory.swap.usage_percent": Level(floor=1.0),
    **{f"system.memory.swap.{way}_bytes_total": Counter() for way in ("in", "out")},
    **{f"system.memory.swap.{way}_bytes_per_second": Rate(of=(f"{{row}}.{way}_bytes_total",)) for way in ("in", "out")},
    **pressure_checks("system.memory"),
}
