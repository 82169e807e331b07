"""nvidia-smi, of NVIDIA's driver: GPUs. It asks the same library as the probe, by another program's code."""

import csv
from io import StringIO

from zeropoint.verify.facts import Facts, Range
from zeropoint.verify.source import Tool

MIB = 1024.0**2
MHZ = 1e6
# What is asked for, the metric, its unit here, and to what nvidia-smi rounds (in that unit).
QUERIES = (
    ("utilization.gpu", "utilization_percent", 1.0, 0.0),
    ("utilization.memory", "memory_busy_percent", 1.0, 0.0),
    ("memory.total", "memory_total_bytes", MIB, MIB),
    ("memory.used", "memory_used_bytes", MIB, MIB),
    ("temperature.gpu", "temperature_celsius", 1.0, 0.0),
    ("temperature.memory", "memory_temperature_celsius", 1.0, 0.0),
    ("power.draw", "power_watts", 1.0, 0.01),
    ("enforced.power.limit", "power_limit_watts", 1.0, 0.01),
    ("clocks.current.graphics", "clock_hz", MHZ, 0.0),
    ("clocks.max.graphics", "clock_limit_hz", MHZ, 0.0),
    ("clocks.current.memory", "memory_clock_hz", MHZ, 0.0),
    ("fan.speed", "fan_percent", 1.0, 0.0),
    ("pcie.link.gen.gpucurrent", "pcie.generation", 1.0, 0.0),
    ("pcie.link.width.current", "pcie.lanes", 1.0, 0.0),
    ("ecc.errors.corrected.aggregate.total", "ecc.corrected_errors_total", 1.0, 0.0),
    ("ecc.errors.uncorrected.aggregate.total", "ecc.uncorrected_errors_total", 1.0, 0.0),
    ("ecc.errors.corrected.volatile.total", "ecc.volatile_corrected_errors_total", 1.0, 0.0),
    ("ecc.errors.uncorrected.volatile.total", "ecc.volatile_uncorrected_errors_total", 1.0, 0.0),
)


def parse_nvidia_smi(printed: bytes) -> Facts:
    """A line for each GPU: its UUID, its performance state ("P0"), and what QUERIES name; "[N/A]" where it has none."""
    facts: dict[str, float | Range] = {}
    for uuid, state, *values in csv.reader(StringIO(printed.decode(errors="replace")), skipinitialspace=True):
        prefix = f"system.gpus.{uuid}"
        if state[:1] == "P" and state[1:].isdigit():
            facts[f"{prefix}.performance_state"] = int(state[1:])
        for (_, name, unit, rounding), value in zip(QUERIES, values, strict=True):
            try:
                amount = float(value) * unit
            except ValueError:
                continue
            facts[f"{prefix}.{name}"] = Range(amount - rounding, amount + rounding)
    return facts


NVIDIA_SMI = Tool(
    f"nvidia-smi --query-gpu=uuid,pstate,{','.join(query for query, *_ in QUERIES)} --format=csv,noheader,nounits",
    "nvidia-smi",
    ("system.gpus.",),
    parse_nvidia_smi,
    name="nvidia-smi --query-gpu",
)
