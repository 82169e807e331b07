"""What a run has of the GPUs, as their drivers tell of each process, and how long their clocks were held down."""

import sys
from collections.abc import Mapping, Sequence, Set
from typing import TypeVar

from zeropoint.host.gpu_drm import DrmGpus
from zeropoint.host.gpu_nvidia import NvidiaGpus
from zeropoint.ledger.gpu_shares import GpuUse, gpu_shares
from zeropoint.ledger.owner import run_owner
from zeropoint.model import Gpu, LimitCause
from zeropoint.probe import Absent, Probe, Roots

# One that has nothing to read is asked again, as a GPU may be switched on; each second, that could cost more than all.
AGAIN_SECONDS = 10.0
THE_RUN = run_owner("run", "process-tree")
COUNTERS: Mapping[str, LimitCause] = {
    "power_seconds_total": "gpu-power",
    "thermal_seconds_total": "gpu-thermal",
    "sync_boost_seconds_total": "gpu-other",
    "board_limit_seconds_total": "gpu-other",
    "reliability_seconds_total": "gpu-other",
}

T = TypeVar("T", int, float)


class Gpus:
    """Follows the GPUs of one machine; values are null with a reason where a driver does not tell them of processes."""

    def __init__(self) -> None:
        self._probes: tuple[Probe, ...] = (NvidiaGpus(), DrmGpus()) if sys.platform == "linux" else ()
        self._absent: dict[str, str] = {} if self._probes else {"": "GPUs are read on Linux alone"}
        self._again_at: dict[str, float] = {}
        self._read_at: dict[str, float] = {}
        self._untold: dict[str, str] = {}
        self._counters: dict[tuple[str, str], float] = {}
        self._were_there = False
        # In a namespace of its own a driver may show no processes because there are none yet.
        self._unlisted: str | None = None
        self._was_seen = False
        self._seconds = self._joules = 0.0
        self._peak_bytes = 0
        # By GPU and cause.
        self.held_down: dict[tuple[str, LimitCause], float] = {}

    def update(self, roots: Roots, now: float, pids: Set[int]) -> None:
        """`pids` are the run's processes that live; `now` is the monotonic clock."""
        peak = 0
        for probe in self._probes:
            if now < self._again_at.get(probe.name, 0.0):
                continue
            try:
                reading = probe.read(roots, now)
            except RuntimeError as error:  # NVML is there, and does not start
                reading = Absent(str(error))
            if isinstance(reading, Absent):
                self._absent[probe.name] = reading.reason
                self._again_at[probe.name] = now + AGAIN_SECONDS
                continue
            seconds = now - self._read_at.get(probe.name, now)
            self._read_at[probe.name] = now
            rows = [row for row in reading.report if isinstance(row, Gpu)] if isinstance(reading.report, list) else []
            if rows:
                peak += self.take(rows, seconds, pids, reading.missing)
        self._peak_bytes = max(self._peak_bytes, peak)

    def take(self, gpus: Sequence[Gpu], seconds: float, pids: Set[int], missing: Mapping[str, str]) -> int:
        """Counts what one driver tells of its GPUs, `seconds` after it was read before (0 for the first time); answers
        with the memory that the run has there. `missing` has the reasons of nulls."""
        self._were_there = True
        use = gpu_shares(gpus, lambda pid: THE_RUN if pid in pids else None).get(THE_RUN, GpuUse(0.0, 0, 0.0))
        if use.percent is not None:
            self._seconds += use.percent / 100 * seconds
        elif seconds:
            self._untold["seconds"] = _reason(missing, "].utilization_percent")
        if use.watts is not None:
            self._joules += use.watts * seconds
        elif seconds:
            self._untold["joules"] = _reason(missing, "power_watts")
        if use.memory_bytes is None:
            self._untold["memory"] = _reason(missing, "].memory_bytes")
        for row, gpu in enumerate(gpus):
            is_used = any(one.pid in pids for one in gpu.processes or ())
            self._was_seen |= is_used
            if gpu.processes is None:
                self._unlisted = missing.get(f"[{row}].processes", "the driver tells of no processes")
            self._hold_down(gpu, seconds, is_used)
        return use.memory_bytes or 0

    def _hold_down(self, gpu: Gpu, seconds: float, is_used: bool) -> None:
        """By the driver's counters; where it has none, by what it says at each look."""
        told = False
        for name, cause in COUNTERS.items():
            value = getattr(gpu.throttled, name) if gpu.throttled else None
            if value is None:
                continue
            told = True
            grown = value - self._counters.get((gpu.uuid, name), value)
            self._counters[gpu.uuid, name] = value
            if is_used and grown > 0:
                self._add(gpu.uuid, cause, grown)
        if told or not is_used:
            return
        for cause in {_cause_of(reason) for reason in gpu.throttle_reasons or ()}:
            self._add(gpu.uuid, cause, seconds)

    def _add(self, uuid: str, cause: LimitCause, seconds: float) -> None:
        self.held_down[uuid, cause] = self.held_down.get((uuid, cause), 0.0) + seconds

    def gpu_seconds(self) -> float | Absent:
        return self._told("seconds", self._seconds)

    def joules(self) -> float | Absent:
        return self._told("joules", self._joules)

    def peak_memory_bytes(self) -> int | Absent:
        return self._told("memory", self._peak_bytes)

    def _told(self, name: str, value: T) -> T | Absent:
        if not self._were_there:
            return Absent("; ".join(dict.fromkeys(self._absent.values())) or "not looked at")
        if self._unlisted is not None and not self._was_seen:
            return Absent(self._unlisted)
        return Absent(self._untold[name]) if name in self._untold else value


def _cause_of(reason: str) -> LimitCause:
    words = reason.lower()
    if "therm" in words or "temperature" in words or "hot" in words:
        return "gpu-thermal"
    return "gpu-power" if "power" in words or "current" in words else "gpu-other"


def _reason(missing: Mapping[str, str], end: str) -> str:
    return next((reason for path, reason in missing.items() if path.endswith(end)), "the driver does not tell it")
