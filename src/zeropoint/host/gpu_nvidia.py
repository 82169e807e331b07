"""NVIDIA GPUs through NVML, the library of NVIDIA's driver (docs.nvidia.com/deploy/nvml-api).

Every call is asked for by itself: what one GPU refuses is null with the reason, and costs nothing else. Calls are made
on the probe's own thread, since a driver that is in trouble does not return from them.
"""

from typing import Any, ClassVar

from zeropoint.host.gpu_report import gpu_row, group, scaled
from zeropoint.host.nvml import throttle_names
from zeropoint.host.nvml_events import XidErrors
from zeropoint.host.nvml_fields import LIVE, field_values
from zeropoint.host.nvml_links import Links
from zeropoint.host.nvml_memory import memory
from zeropoint.host.nvml_mig import MigInstances
from zeropoint.host.nvml_processes import GpuProcesses
from zeropoint.host.nvml_session import Device, NvmlSession
from zeropoint.host.nvml_slow import SlowFacts
from zeropoint.model import Gpu, GpuEngine, GpuThrottled, Section
from zeropoint.probe import Absent, Missing, Probe, Reading, Roots

NOT_IN_NVML = Absent("NVML does not tell it")
MIG_IS_ON = Absent("with MIG on, the driver tells the use of partitions alone")
ENGINES = ("Encoder", "Decoder", "Jpg", "Ofa")


class Followed:
    """What is kept of one GPU between readings."""

    def __init__(self) -> None:
        self.mig = MigInstances()
        self.processes = GpuProcesses()
        self.slow = SlowFacts()


class NvidiaGpus(Probe):
    name: ClassVar[str] = "gpu_nvidia"
    section: ClassVar[str] = "system.gpus"
    report: ClassVar[type[Section]] = Gpu
    period_seconds: ClassVar[float] = 1.0
    limit_seconds: ClassVar[float] = 5.0
    blocking: ClassVar[bool] = True

    def __init__(self) -> None:
        self._nvml = NvmlSession()
        self._start = 0
        self._xid = XidErrors()
        self._links = Links()
        self._followed: dict[int, Followed] = {}

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        absence = self._nvml.start(now)
        if absence is not None:
            return absence
        if self._start != self._nvml.starts:
            self._start, self._followed = self._nvml.starts, {}
        self._xid.read(self._nvml)
        self._links.begin()
        missing = Missing()
        gpus = [self._gpu(device, f"[{row}]", missing, roots, now) for row, device in enumerate(self._nvml.devices)]
        self._nvml.settle()
        return Reading(gpus, missing)

    def _gpu(self, device: Device, at: str, missing: Missing, roots: Roots, now: float) -> Gpu:
        nvml, api = self._nvml, self._nvml.api
        followed = self._followed.setdefault(device.index, Followed())
        followed.slow.read(nvml, device, now)
        followed.mig.read(nvml, device, now)
        fields = field_values(nvml, device, LIVE)
        mig = followed.mig.partitions
        processes = followed.processes.rows(
            nvml,
            device,
            [] if isinstance(mig, Absent) else mig,
            at=f"{at}.processes",
            missing=missing,
            roots=roots,
        )

        def ask(call: Any, *arguments: Any) -> Any | Absent:
            return nvml.ask(call, device.handle, *arguments)

        rates = MIG_IS_ON if followed.mig.is_on else ask(api.nvmlDeviceGetUtilizationRates)
        throttled = {
            f"{cause}_seconds_total": scaled(fields[f"throttled_{cause}"], 1e-9)
            for cause in ("power", "thermal", "sync_boost", "board_limit", "reliability")
        }
        values = {
            "index": device.index,
            "uuid": device.uuid,
            "name": device.name,
            "vendor": "NVIDIA",
            "driver": nvml.driver if isinstance(nvml.driver, Absent) else f"NVIDIA {nvml.driver}",
            "utilization_percent": rates if isinstance(rates, Absent) else float(rates.gpu),
            "memory_busy_percent": rates if isinstance(rates, Absent) else float(rates.memory),
            "engines": MIG_IS_ON if followed.mig.is_on else _engines(nvml, device),
            **memory(nvml, device, processes, roots),
            "temperature_celsius": ask(api.nvmlDeviceGetTemperature, api.NVML_TEMPERATURE_GPU),
            "hotspot_temperature_celsius": NOT_IN_NVML,
            "memory_temperature_celsius": _not_zero(fields["memory_temperature_celsius"]),
            "power_watts": scaled(ask(api.nvmlDeviceGetPowerUsage), 1e-3),
            "energy_joules_total": scaled(fields["energy_millijoules"], 1e-3),
            "clock_hz": scaled(ask(api.nvmlDeviceGetClockInfo, api.NVML_CLOCK_SM), 1e6),
            "memory_clock_hz": scaled(ask(api.nvmlDeviceGetClockInfo, api.NVML_CLOCK_MEM), 1e6),
            "performance_state": _state(ask(api.nvmlDeviceGetPerformanceState)),
            "fan_percent": scaled(ask(api.nvmlDeviceGetFanSpeed), 1.0),
            "throttle_reasons": _throttle_reasons(nvml, device),
            "throttled": group(GpuThrottled, throttled, f"{at}.throttled", missing),
            **followed.slow.values(at, missing),
            **self._links.values(nvml, device, fields, followed.slow, at=at, missing=missing, now=now),
            "xid": self._xid.of(device.uuid),
            "mig": followed.mig.rows(nvml, device, f"{at}.mig", missing),
            "processes": processes,
        }
        return gpu_row(values, at, missing, NOT_IN_NVML)


def _engines(nvml: NvmlSession, device: Device) -> list[GpuEngine] | Absent:
    """The units beside the multiprocessors: for video, JPEG and optical flow. A GPU lacks some of them."""
    found: list[GpuEngine] = []
    refusal = Absent("this version of the driver tells none")
    for engine in ENGINES:
        told = nvml.ask(getattr(nvml.api, f"nvmlDeviceGet{engine}Utilization"), device.handle)
        if isinstance(told, Absent):
            refusal = told
        else:
            name = "jpeg" if engine == "Jpg" else engine.lower()
            found.append(GpuEngine(name=name, utilization_percent=float(told[0])))
    return found or refusal


def _throttle_reasons(nvml: NvmlSession, device: Device) -> list[str] | Absent:
    bits = nvml.ask(nvml.api.nvmlDeviceGetCurrentClocksEventReasons, device.handle)
    if isinstance(bits, Absent):  # the name of the call before driver 535
        bits = nvml.ask(nvml.api.nvmlDeviceGetCurrentClocksThrottleReasons, device.handle)
    return bits if isinstance(bits, Absent) else throttle_names(bits)


def _not_zero(celsius: float | Absent) -> float | Absent:
    """GPUs whose memory has no sensor answer 0."""
    return Absent("its memory has no sensor") if celsius == 0 else celsius


def _state(number: int | Absent) -> int | Absent:
    """NVML_PSTATE_UNKNOWN is 32."""
    return number if isinstance(number, Absent) or 0 <= number <= 15 else Absent("the driver does not know it")
