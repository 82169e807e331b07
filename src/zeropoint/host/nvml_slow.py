"""What an NVIDIA GPU tells that changes seldom: limits, memory errors, the state of its links. Asked every 10 s."""

from typing import Any

from zeropoint.host.gpu_report import group, scaled
from zeropoint.host.nvml_fields import SLOW, Number, field_values
from zeropoint.host.nvml_session import Device, NvmlSession
from zeropoint.model import GpuEcc
from zeropoint.probe import Absent, Missing

PERIOD_SECONDS = 10.0


class SlowFacts:
    """Those of one GPU. After read(): `fields` by the names of nvml_fields.SLOW, and the link to the host."""

    def __init__(self) -> None:
        self.fields: dict[str, Number] = {}
        self.pcie_generation: int | Absent = Absent("not asked yet")
        self.pcie_lanes: int | Absent = Absent("not asked yet")
        self.nvlinks_active: int | Absent = Absent("not asked yet")
        self._limits: dict[str, float | Absent] = {}
        self._read_at: float | None = None

    def read(self, nvml: NvmlSession, device: Device, now: float) -> None:
        if self._read_at is not None and now - self._read_at < PERIOD_SECONDS * 0.95:
            return
        self._read_at = now
        api = nvml.api

        def ask(call: Any, *arguments: Any) -> Any | Absent:
            return nvml.ask(call, device.handle, *arguments)

        self.fields = field_values(nvml, device, SLOW)
        self.pcie_generation = ask(api.nvmlDeviceGetCurrPcieLinkGeneration)
        self.pcie_lanes = ask(api.nvmlDeviceGetCurrPcieLinkWidth)
        self.nvlinks_active = _nvlinks_active(nvml, device)
        self._limits = {
            "power_limit_watts": scaled(ask(api.nvmlDeviceGetEnforcedPowerLimit), 1e-3),
            "temperature_limit_celsius": scaled(
                ask(api.nvmlDeviceGetTemperatureThreshold, api.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN), 1.0
            ),
            "clock_limit_hz": scaled(ask(api.nvmlDeviceGetMaxClockInfo, api.NVML_CLOCK_SM), 1e6),
        }

    def values(self, at: str, missing: Missing) -> dict[str, Any]:
        """The fields of a GPU's row that are known here."""
        ecc = {
            "corrected_errors_total": self.fields["ecc_corrected"],
            "uncorrected_errors_total": self.fields["ecc_uncorrected"],
            "volatile_corrected_errors_total": self.fields["ecc_volatile_corrected"],
            "volatile_uncorrected_errors_total": self.fields["ecc_volatile_uncorrected"],
        }
        return {
            **self._limits,
            "ecc_errors_total": self.fields["ecc_uncorrected"],
            "ecc": group(GpuEcc, ecc, f"{at}.ecc", missing),
        }


def _nvlinks_active(nvml: NvmlSession, device: Device) -> int | Absent:
    """How many links are up; a GPU refuses the numbers of links that it does not have."""
    active = 0
    for link in range(nvml.api.NVML_NVLINK_MAX_LINKS):
        state = nvml.ask(nvml.api.nvmlDeviceGetNvLinkState, device.handle, link)
        if isinstance(state, Absent):
            return state if link == 0 else active
        active += bool(state)
    return active
