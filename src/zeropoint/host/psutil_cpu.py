"""Processors through psutil."""

import os
from collections.abc import Mapping
from typing import ClassVar

import psutil

from zeropoint.host.psutil_reasons import WINDOWS, explained
from zeropoint.model import Cpu, CpuSeconds, CpuTimes, Section
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Missing, Probe, Rates, Reading, Roots

# Of the names that psutil uses on any system, the field that takes the time.
MODES = {
    "user": "user",
    "system": "system",
    "nice": "nice",
    "iowait": "iowait",
    "irq": "irq",
    "interrupt": "irq",
    "softirq": "softirq",
    "dpc": "softirq",
    "steal": "steal",
    "idle": "idle",
}
IDLE = ("idle", "iowait")


def by_mode(times: Mapping[str, float], windows: bool) -> dict[str, float]:
    """CPU seconds by mode. Windows counts interrupts and deferred calls within its kernel time too."""
    modes = {MODES[name]: seconds for name, seconds in times.items() if name in MODES}
    if windows:
        modes["system"] -= modes.get("irq", 0.0) + modes.get("softirq", 0.0)
    return modes


def shares(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float] | Absent:
    """Each mode's share of the time between, in percent. A counter may step back a little: that is no time."""
    spent = {mode: max(0.0, after[mode] - before.get(mode, 0.0)) for mode in after}
    total = sum(spent.values())
    if total <= 0:
        return Absent("no CPU time has passed since the last reading")
    return {mode: 100 * seconds / total for mode, seconds in spent.items()}


def busy(split: Mapping[str, float] | Absent) -> float | Absent:
    return split if isinstance(split, Absent) else sum(part for mode, part in split.items() if mode not in IDLE)


class PortableCpu(Probe):
    name: ClassVar[str] = "cpu"
    section: ClassVar[str] = "system.cpu"
    report: ClassVar[type[Section]] = Cpu

    def __init__(self) -> None:
        self._rates = Rates()
        self._before: dict[str, float] | None = None
        self._cores_before: list[dict[str, float]] = []

    def read(self, roots: Roots, now: float) -> Reading:
        missing = Missing()
        modes = by_mode(psutil.cpu_times()._asdict(), WINDOWS)
        cores = [by_mode(core._asdict(), WINDOWS) for core in psutil.cpu_times(percpu=True)]
        split: dict[str, float] | Absent = Absent(NEEDS_TWO_READINGS)
        per_core: list[float | Absent] = [Absent(NEEDS_TWO_READINGS)] * len(cores)
        if self._before is not None:
            split = shares(self._before, modes)
        if len(cores) == len(self._cores_before):
            per_core = [busy(shares(*pair)) for pair in zip(self._cores_before, cores, strict=True)]
        self._before, self._cores_before = modes, cores
        counters = psutil.cpu_stats()
        # On Windows psutil makes load averages up from the length of a queue, beginning with 0.
        loads = os.getloadavg() if hasattr(os, "getloadavg") else (None, None, None)
        report = Cpu(
            usage_percent=missing.take("usage_percent", busy(split)),
            per_core_percent=[missing.take(f"per_core_percent[{row}]", core) for row, core in enumerate(per_core)],
            count_logical=psutil.cpu_count(),
            count_physical=psutil.cpu_count(logical=False),
            frequency_hz=missing.take("frequency_hz", frequency_hz()),
            load_1m=loads[0],
            load_5m=loads[1],
            load_15m=loads[2],
            times_percent=missing.take("times_percent", split if isinstance(split, Absent) else CpuTimes(**split)),
            times_seconds=CpuSeconds(**{f"{mode}_seconds_total": seconds for mode, seconds in modes.items()}),
            context_switches_total=counters.ctx_switches,
            context_switches_per_second=missing.take(
                "context_switches_per_second", self._rates.per_second("switches", counters.ctx_switches, now)
            ),
            interrupts_per_second=missing.take(
                "interrupts_per_second", self._rates.per_second("interrupts", counters.interrupts, now)
            ),
        )
        return Reading(explained(report, missing), missing)


def frequency_hz() -> float | Absent:
    read = getattr(psutil, "cpu_freq", None)
    try:
        frequency = read() if read else None
    except (OSError, RuntimeError, NotImplementedError) as error:
        return Absent(f"the system does not tell it: {error}")
    return frequency.current * 1e6 if frequency and frequency.current else Absent("the system does not tell it")
