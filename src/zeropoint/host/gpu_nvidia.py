"""NVIDIA GPUs through NVML, the library of NVIDIA's driver (docs.nvidia.com/deploy/nvml-api).

Every call is asked for by itself: what one GPU refuses is null with the reason, and costs nothing else. Calls are made
on the probe's own thread, since a driver that is in trouble does not return from them.
"""

import ctypes
import ntpath
import os
import time
from types import ModuleType
from typing import Any, ClassVar

from msgspec import Struct

from zeropoint.host.nvml import (
    ABSENT,
    LIBRARY_NOT_FOUND,
    LOST,
    NOT_FOUND,
    SUCCESS,
    memory_of_processes,
    reason_of,
    throttle_names,
    utilization_of_processes,
)
from zeropoint.model import Gpu, GpuProcess, MigInstance, Section
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Missing, Probe, Rates, Reading, Roots, read_text

ALL_LINKS = 0xFFFFFFFF  # scope of an NVLink counter: the sum over all links
# nvmlDeviceGetPcieThroughput measures for 20 ms, each way. GPUs beyond this much of a reading go without.
PCIE_BUDGET_SECONDS = 0.25
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0


class Device(Struct, frozen=True):
    index: int
    uuid: str
    handle: Any | Absent
    name: str | Absent


def library_is_there() -> bool:
    """Whether the binding would find NVML; by the name that it looks for. Windows has it in places of its own."""
    if os.name == "nt":
        return True
    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return False
    return True


def scaled(value: float | Absent, factor: float) -> float | Absent:
    return value if isinstance(value, Absent) else value * factor


class NvidiaGpus(Probe):
    name: ClassVar[str] = "gpu_nvidia"
    section: ClassVar[str] = "system.gpus"
    report: ClassVar[type[Section]] = Gpu
    period_seconds: ClassVar[float] = 1.0
    limit_seconds: ClassVar[float] = 5.0
    blocking: ClassVar[bool] = True

    def __init__(self) -> None:
        self._devices: list[Device] = []
        self._failure: Absent | None = None
        self._problem = ""
        self._started = False
        self._lost = False
        self._retry_at = 0.0
        self._wait_seconds = FIRST_WAIT_SECONDS
        self._rates = Rates()
        self._seen_us: dict[str, int] = {}
        self._pcie_seconds = 0.0

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        if not self._started and not library_is_there():
            return Absent(reason_of(LIBRARY_NOT_FOUND))
        # Not at the top: the binding takes 4 MB, which a machine without the library need not pay.
        import pynvml as nvml  # noqa: PLC0415

        if (not self._started or self._lost) and now >= self._retry_at:
            self._start(nvml, now)
        if self._failure is not None:
            return self._failure
        if not self._started:
            raise RuntimeError(self._problem)
        self._pcie_seconds = 0.0
        missing = Missing()
        gpus = [
            self._gpu(nvml, device, at=f"[{row}].", missing=missing, roots=roots, now=now)
            for row, device in enumerate(self._devices)
        ]
        if not self._lost:
            self._wait_seconds = FIRST_WAIT_SECONDS
        return Reading(gpus, missing)

    def _start(self, nvml: ModuleType, now: float) -> None:
        """Starts NVML, again after a loss. The wait before the next try doubles until a reading is whole."""
        self._retry_at = now + self._wait_seconds
        self._wait_seconds = min(2 * self._wait_seconds, LONGEST_WAIT_SECONDS)
        if self._started:
            self._ask(nvml, nvml.nvmlShutdown)
        self._started, self._lost, self._failure, self._devices = False, False, None, []
        try:
            nvml.nvmlInit()
            count = nvml.nvmlDeviceGetCount()
        except nvml.NVMLError as error:
            reason = reason_of(error.value)
            if error.value in ABSENT:
                self._failure = Absent(reason)
                return
            self._problem = f"NVML does not start: {reason}"
            return
        if count == 0:
            self._failure = Absent("the NVIDIA driver finds no GPU")
            return
        self._devices = [self._device(nvml, index) for index in range(count)]
        self._started = True

    def _device(self, nvml: ModuleType, index: int) -> Device:
        handle = self._ask(nvml, nvml.nvmlDeviceGetHandleByIndex, index)
        uuid = self._ask(nvml, nvml.nvmlDeviceGetUUID, handle)
        return Device(
            index=index,
            uuid=f"nvidia-{index}" if isinstance(uuid, Absent) else uuid,
            handle=handle,
            name=self._ask(nvml, nvml.nvmlDeviceGetName, handle),
        )

    def _ask(self, nvml: ModuleType, call: Any, *arguments: Any) -> Any | Absent:
        """The call's answer, or why NVML refuses it. A handle that could not be had refuses everything."""
        if arguments and isinstance(arguments[0], Absent):
            return arguments[0]
        try:
            return call(*arguments)
        except nvml.NVMLError as error:
            self._lost |= error.value in LOST
            return Absent(reason_of(error.value))

    def _gpu(self, nvml: ModuleType, device: Device, *, at: str, missing: Missing, roots: Roots, now: float) -> Gpu:
        def take(field: str, value: Any | Absent) -> Any:
            return missing.take(at + field, value)

        def ask(call: Any, *arguments: Any) -> Any | Absent:
            return self._ask(nvml, call, device.handle, *arguments)

        memory = self._memory(nvml, device)
        utilization = ask(nvml.nvmlDeviceGetUtilizationRates)
        bits = ask(nvml.nvmlDeviceGetCurrentClocksEventReasons)
        if isinstance(bits, Absent):  # the name of the call before driver 535
            bits = ask(nvml.nvmlDeviceGetCurrentClocksThrottleReasons)
        links = self._links(nvml, device, now)
        return Gpu(
            index=device.index,
            uuid=device.uuid,
            name=take("name", device.name),
            vendor="NVIDIA",
            utilization_percent=take(
                "utilization_percent", utilization if isinstance(utilization, Absent) else float(utilization.gpu)
            ),
            memory_total_bytes=take("memory_total_bytes", memory if isinstance(memory, Absent) else memory.total),
            memory_used_bytes=take("memory_used_bytes", memory if isinstance(memory, Absent) else memory.used),
            memory_usage_percent=take("memory_usage_percent", usage_percent(memory)),
            temperature_celsius=take(
                "temperature_celsius", ask(nvml.nvmlDeviceGetTemperature, nvml.NVML_TEMPERATURE_GPU)
            ),
            power_watts=take("power_watts", scaled(ask(nvml.nvmlDeviceGetPowerUsage), 1e-3)),
            power_limit_watts=take("power_limit_watts", scaled(ask(nvml.nvmlDeviceGetEnforcedPowerLimit), 1e-3)),
            energy_joules_total=take(
                "energy_joules_total", scaled(ask(nvml.nvmlDeviceGetTotalEnergyConsumption), 1e-3)
            ),
            clock_hz=take("clock_hz", scaled(ask(nvml.nvmlDeviceGetClockInfo, nvml.NVML_CLOCK_SM), 1e6)),
            memory_clock_hz=take("memory_clock_hz", scaled(ask(nvml.nvmlDeviceGetClockInfo, nvml.NVML_CLOCK_MEM), 1e6)),
            fan_percent=take("fan_percent", scaled(ask(nvml.nvmlDeviceGetFanSpeed), 1.0)),
            **{field: take(field, value) for field, value in links.items()},
            throttle_reasons=take("throttle_reasons", bits if isinstance(bits, Absent) else throttle_names(bits)),
            ecc_errors_total=take(
                "ecc_errors_total",
                ask(
                    nvml.nvmlDeviceGetTotalEccErrors,
                    nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED,
                    nvml.NVML_AGGREGATE_ECC,
                ),
            ),
            mig=take("mig", self._mig(nvml, device, at, missing)),
            processes=take("processes", self._processes(nvml, device, at, missing, roots)),
        )

    def _memory(self, nvml: ModuleType, device: Device) -> Any | Absent:
        """The second version counts the driver's own reserve apart from what is used; old drivers lack it."""
        memory = self._ask(nvml, nvml.nvmlDeviceGetMemoryInfo, device.handle, nvml.nvmlMemory_v2)
        return self._ask(nvml, nvml.nvmlDeviceGetMemoryInfo, device.handle) if isinstance(memory, Absent) else memory

    def _links(self, nvml: ModuleType, device: Device, now: float) -> dict[str, float | Absent]:
        """Traffic over PCIe and NVLink, out of the GPU's byte counters; PCIe's by a measurement where it has none."""
        counters = {
            "pcie_transmit_bytes_per_second": (nvml.NVML_FI_DEV_PCIE_COUNT_TX_BYTES, 0, 1),
            "pcie_receive_bytes_per_second": (nvml.NVML_FI_DEV_PCIE_COUNT_RX_BYTES, 0, 1),
            "nvlink_transmit_bytes_per_second": (nvml.NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_TX, ALL_LINKS, 1024),
            "nvlink_receive_bytes_per_second": (nvml.NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_RX, ALL_LINKS, 1024),
        }
        fields = [(field, scope) for field, scope, _ in counters.values()]
        values = self._ask(nvml, nvml.nvmlDeviceGetFieldValues, device.handle, fields)
        if isinstance(values, Absent):
            rates: dict[str, float | Absent] = dict.fromkeys(counters, values)
        else:
            rates = {
                name: Absent(reason_of(value.nvmlReturn))
                if value.nvmlReturn
                else self._rates.per_second(f"{device.uuid} {name}", value.value.ullVal * unit_bytes, now)
                for (name, (_, _, unit_bytes)), value in zip(counters.items(), values, strict=True)
            }
            for way, value in zip(("transmit", "receive"), values, strict=False):
                if value.nvmlReturn:
                    rates[f"pcie_{way}_bytes_per_second"] = self._pcie(nvml, device, way)
        return rates

    def _pcie(self, nvml: ModuleType, device: Device, way: str) -> float | Absent:
        if self._pcie_seconds > PCIE_BUDGET_SECONDS:
            return Absent("left out: with this many GPUs the driver takes too long to measure it")
        counter = nvml.NVML_PCIE_UTIL_TX_BYTES if way == "transmit" else nvml.NVML_PCIE_UTIL_RX_BYTES
        start = time.perf_counter()
        kilobytes = self._ask(nvml, nvml.nvmlDeviceGetPcieThroughput, device.handle, counter)
        self._pcie_seconds += time.perf_counter() - start
        return scaled(kilobytes, 1000)

    def _mig(self, nvml: ModuleType, device: Device, at: str, missing: Missing) -> list[MigInstance] | Absent:
        mode = self._ask(nvml, nvml.nvmlDeviceGetMigMode, device.handle)
        if isinstance(mode, Absent):
            return mode
        if mode[0] != nvml.NVML_DEVICE_MIG_ENABLE:
            return []
        places = self._ask(nvml, nvml.nvmlDeviceGetMaxMigDeviceCount, device.handle)
        if isinstance(places, Absent):
            return places
        instances: list[MigInstance] = []
        for place in range(places):
            handle = self._ask(nvml, nvml.nvmlDeviceGetMigDeviceHandleByIndex, device.handle, place)
            uuid = self._ask(nvml, nvml.nvmlDeviceGetUUID, handle)
            if isinstance(uuid, Absent):  # an empty place answers "not found"
                continue
            here = f"{at}mig[{len(instances)}]."
            memory = self._ask(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
            instances.append(
                MigInstance(
                    uuid=uuid,
                    name=missing.take(f"{here}name", self._ask(nvml, nvml.nvmlDeviceGetName, handle)),
                    memory_total_bytes=missing.take(
                        f"{here}memory_total_bytes", memory if isinstance(memory, Absent) else memory.total
                    ),
                    memory_used_bytes=missing.take(
                        f"{here}memory_used_bytes", memory if isinstance(memory, Absent) else memory.used
                    ),
                )
            )
        return instances

    def _processes(
        self, nvml: ModuleType, device: Device, at: str, missing: Missing, roots: Roots
    ) -> list[GpuProcess] | Absent:
        compute = self._ask(nvml, nvml.nvmlDeviceGetComputeRunningProcesses, device.handle)
        graphics = self._ask(nvml, nvml.nvmlDeviceGetGraphicsRunningProcesses, device.handle)
        if isinstance(compute, Absent):
            return compute
        # A GPU for computing alone refuses the second list.
        memory = memory_of_processes(compute, [] if isinstance(graphics, Absent) else graphics)
        shares = self._shares(nvml, device)
        rows: list[GpuProcess] = []
        for pid, used in sorted(memory.items()):
            here = f"{at}processes[{len(rows)}]."
            rows.append(
                GpuProcess(
                    pid=pid,
                    name=missing.take(f"{here}name", self._process_name(nvml, roots, pid)),
                    memory_bytes=missing.take(
                        f"{here}memory_bytes", Absent("Windows manages this memory") if used is None else used
                    ),
                    # The driver has rows of those alone that used the GPU since the last reading.
                    utilization_percent=missing.take(
                        f"{here}utilization_percent", shares if isinstance(shares, Absent) else shares.get(pid, 0.0)
                    ),
                )
            )
        return rows

    def _shares(self, nvml: ModuleType, device: Device) -> dict[int, float] | Absent:
        """Share of the GPU's time by process since the last reading."""
        after = self._seen_us.get(device.uuid)
        self._seen_us[device.uuid] = after or time.time_ns() // 1000  # the driver's clock for these is the wall clock
        if isinstance(device.handle, Absent):
            return device.handle
        if after is None:
            return Absent(NEEDS_TWO_READINGS)
        try:
            samples = nvml.nvmlDeviceGetProcessUtilization(device.handle, after)
        except nvml.NVMLError as error:
            # No process used the GPU. The binding raises "success" where the driver has a buffer without rows.
            if error.value in (SUCCESS, NOT_FOUND):
                return {}
            self._lost |= error.value in LOST
            return Absent(reason_of(error.value))
        self._seen_us[device.uuid] = max([after, *(sample.timeStamp for sample in samples)])
        return utilization_of_processes(samples, after)

    def _process_name(self, nvml: ModuleType, roots: Roots, pid: int) -> str | Absent:
        if os.name == "nt":
            path = self._ask(nvml, nvml.nvmlSystemGetProcessName, pid)
            return path if isinstance(path, Absent) else ntpath.basename(path)
        # Not NVML's own name of it: on Linux that can be the command line.
        try:
            return read_text(f"{roots.proc}/{pid}/comm")
        except OSError:
            return Absent("no such process is visible here")


def usage_percent(memory: Any | Absent) -> float | Absent:
    if isinstance(memory, Absent):
        return memory
    return 100 * memory.used / memory.total if memory.total else Absent("the GPU tells no memory of its own")
