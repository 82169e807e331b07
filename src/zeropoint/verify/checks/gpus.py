"""How the metrics of GPUs are checked: by nvidia-smi, which knows NVIDIA's alone."""

from collections.abc import Mapping

from zeropoint.verify.compare import Check, Derived, Level, Unchecked, Values
from zeropoint.verify.growth import Counter

MIB = 1024**2
NO_SOURCE = Unchecked("no second source: nvidia-smi gives it in no form that a program reads, other drivers not at all")
# What the driver measures over a time of its own: another program that asks a moment later gets another number.
MEASURED: Mapping[str, Check] = {
    "utilization_percent": Level(floor=25.0),
    "memory_busy_percent": Level(floor=25.0),
    "temperature_celsius": Level(floor=5.0),
    "memory_temperature_celsius": Level(floor=5.0),
    "power_watts": Level(floor=25.0, share=0.25),
    "clock_hz": Level(floor=50e6, share=0.25),
    "memory_clock_hz": Level(floor=50e6, share=0.25),
    "fan_percent": Level(floor=5.0),
    "performance_state": Level(floor=2.0),
    "pcie.generation": Level(floor=1.0),
    "pcie.lanes": Level(),
    "memory_used_bytes": Level(floor=64 * MIB),
}
SETTLED: Mapping[str, Check] = {
    "memory_total_bytes": Level(moves=False),
    "power_limit_watts": Level(floor=0.01),
    "clock_limit_hz": Level(floor=1e6),
    "ecc_errors_total": Counter(of="{row}.ecc.uncorrected_errors_total"),
    **{
        f"ecc.{kind}_errors_total": Counter()
        for kind in ("corrected", "uncorrected", "volatile_corrected", "volatile_uncorrected")
    },
}
ALONE = (
    "engines.utilization_percent",
    "shared_memory_total_bytes",
    "shared_memory_used_bytes",
    "hotspot_temperature_celsius",
    "temperature_limit_celsius",
    "energy_joules_total",
    "pcie_receive_bytes_per_second",
    "pcie_transmit_bytes_per_second",
    "pcie.receive_bytes_total",
    "pcie.transmit_bytes_total",
    "pcie.replays_total",
    "nvlink_receive_bytes_per_second",
    "nvlink_transmit_bytes_per_second",
    "nvlink.links_active",
    "nvlink.receive_bytes_total",
    "nvlink.transmit_bytes_total",
    "nvlink.errors_total",
    "throttled.power_seconds_total",
    "throttled.thermal_seconds_total",
    "throttled.sync_boost_seconds_total",
    "throttled.board_limit_seconds_total",
    "throttled.reliability_seconds_total",
    "xid.errors_total",
    "mig.utilization_percent",
    "mig.memory_total_bytes",
    "mig.memory_used_bytes",
    "mig.memory_usage_percent",
    "processes.memory_bytes",
    "processes.utilization_percent",
    "processes.engines.utilization_percent",
)


def memory_share(name: str, values: Values, _: Values) -> float | None:
    row = name.rpartition(".")[0]
    used, total = values.get(f"{row}.memory_used_bytes"), values.get(f"{row}.memory_total_bytes")
    if isinstance(used, str) or isinstance(total, str) or used is None or not total:
        return None
    return 100.0 * used / total


SHARE = Derived(source="its used and total bytes, each checked", compute=memory_share)

GPUS: Mapping[str, Check] = {
    f"system.gpus.{name}": check
    for name, check in {"memory_usage_percent": SHARE, **MEASURED, **SETTLED, **dict.fromkeys(ALONE, NO_SOURCE)}.items()
}
