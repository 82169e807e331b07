"""How the metrics of file systems and block devices are checked."""

from collections.abc import Callable, Iterable, Mapping

from zeropoint.verify.checks.pressure import pressure_checks
from zeropoint.verify.compare import Check, Derived, Level, Values
from zeropoint.verify.growth import Counter, Mean, Rate

MOVES_BYTES = 32 * 1024**2
COUNTED = ("reads", "writes")

SPACE: Mapping[str, Check] = {
    "total_bytes": Level(moves=False),
    "used_bytes": Level(floor=MOVES_BYTES),
    "free_bytes": Level(floor=MOVES_BYTES),
    "usage_percent": Level(floor=1.0),
}
RATES: Mapping[str, Check] = {
    **{f"{way}_bytes_per_second": Rate(of=(f"{{row}}.{way}_bytes_total",)) for way in ("read", "write")},
    **{f"{what}_per_second": Rate(of=(f"{{row}}.{what}_total",)) for what in COUNTED},
}
TOTALS = ("read_bytes_total", "write_bytes_total")


def of_devices(together: Callable[[Iterable[float]], float], source: str) -> Check:
    """A number of all devices, out of those of each."""

    def compute(name: str, values: Values, _: Values) -> float | None:
        field = name.rpartition(".")[2]
        parts = [
            value
            for each, value in values.items()
            if each.startswith("system.disk.devices.") and each.endswith(f".{field}") and not isinstance(value, str)
        ]
        return together(parts) if parts else None

    return Derived(source=source, compute=compute)


DISK: Mapping[str, Check] = {
    **{f"system.disk.{name}": check for name, check in SPACE.items()},
    **{f"system.disk.{name}": of_devices(sum, "sum of its devices, each checked") for name in (*RATES, *TOTALS)},
    "system.disk.busy_percent": of_devices(max, "the busiest of its devices, each checked"),
    **{f"system.disk.filesystems.{name}": check for name, check in SPACE.items()},
    "system.disk.filesystems.inodes_count": Level(share=0.01),
    "system.disk.filesystems.inodes_used": Level(floor=1000),
    "system.disk.filesystems.inodes_usage_percent": Level(floor=1.0),
    **{f"system.disk.devices.{name}": check for name, check in RATES.items()},
    **{f"system.disk.devices.{what}_total": Counter() for what in COUNTED},
    **{f"system.disk.devices.{name}": Counter() for name in TOTALS},
    "system.disk.devices.busy_seconds_total": Counter(),
    "system.disk.devices.busy_percent": Rate(of=("{row}.busy_seconds_total",), scale=100.0, top=100.0),
    **{
        f"system.disk.devices.{way}_latency_seconds": Mean(
            amount=f"{{row}}.{way}_seconds_total", count=f"{{row}}.{way}s_total"
        )
        for way in ("read", "write")
    },
    **pressure_checks("system.disk"),
}
