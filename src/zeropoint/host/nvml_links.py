"""Traffic of NVIDIA GPUs over PCIe and NVLink, by their byte counters; PCIe's by a measurement where it has none."""

import time
from collections.abc import Mapping
from typing import Any

from zeropoint.host.gpu_report import group, scaled
from zeropoint.host.nvml_fields import Number, total
from zeropoint.host.nvml_session import Device, NvmlSession
from zeropoint.host.nvml_slow import SlowFacts
from zeropoint.model import GpuNvlink, GpuPcie
from zeropoint.probe import Absent, Missing, Rates

# nvmlDeviceGetPcieThroughput measures for 20 ms, each way. GPUs beyond this much of a reading go without.
PCIE_BUDGET_SECONDS = 0.25
WAYS = ("receive", "transmit")


class Links:
    """Follows the counters of all GPUs."""

    def __init__(self) -> None:
        self._rates = Rates()
        self._spent_seconds = 0.0

    def begin(self) -> None:
        """A reading begins, with its budget of measurements whole."""
        self._spent_seconds = 0.0

    def values(
        self,
        nvml: NvmlSession,
        device: Device,
        fields: Mapping[str, Number],
        slow: SlowFacts,
        *,
        at: str,
        missing: Missing,
        now: float,
    ) -> dict[str, Any]:
        """The fields of a GPU's row about its links."""
        pcie = {way: fields[f"pcie_{way}_bytes"] for way in WAYS}
        nvlink = {way: scaled(fields[f"nvlink_{way}_kib"], 1024) for way in WAYS}
        rates: dict[str, Any] = {}
        for way in WAYS:
            counted = self._rate(f"{device.uuid} pcie {way}", pcie[way], now)
            measured = isinstance(pcie[way], Absent)
            rates[f"pcie_{way}_bytes_per_second"] = self._pcie(nvml, device, way) if measured else counted
            rates[f"nvlink_{way}_bytes_per_second"] = self._rate(f"{device.uuid} nvlink {way}", nvlink[way], now)
        host = {
            "generation": slow.pcie_generation,
            "lanes": slow.pcie_lanes,
            **{f"{way}_bytes_total": pcie[way] for way in WAYS},
            "replays_total": slow.fields["pcie_replays"],
        }
        errors = total(*(slow.fields[name] for name in slow.fields if name.startswith("nvlink_")))
        others = {
            "links_active": slow.nvlinks_active,
            **{f"{way}_bytes_total": nvlink[way] for way in WAYS},
            "errors_total": errors,
        }
        return {
            **rates,
            "pcie": group(GpuPcie, host, f"{at}.pcie", missing),
            "nvlink": group(GpuNvlink, others, f"{at}.nvlink", missing),
        }

    def _rate(self, key: str, count: Number, now: float) -> float | Absent:
        return count if isinstance(count, Absent) else self._rates.per_second(key, count, now)

    def _pcie(self, nvml: NvmlSession, device: Device, way: str) -> float | Absent:
        if self._spent_seconds > PCIE_BUDGET_SECONDS:
            return Absent("left out: with this many GPUs the driver takes too long to measure it")
        counter = nvml.api.NVML_PCIE_UTIL_TX_BYTES if way == "transmit" else nvml.api.NVML_PCIE_UTIL_RX_BYTES
        start = time.perf_counter()
        kilobytes = nvml.ask(nvml.api.nvmlDeviceGetPcieThroughput, device.handle, counter)
        self._spent_seconds += time.perf_counter() - start
        return scaled(kilobytes, 1000)
