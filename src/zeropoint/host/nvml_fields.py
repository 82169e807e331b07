"""NVML's field values: many numbers of a GPU in one call of the driver (nvmlDeviceGetFieldValues)."""

from collections.abc import Mapping
from typing import Any

from zeropoint.host.nvml import reason_of
from zeropoint.host.nvml_session import Device, NvmlSession
from zeropoint.probe import Absent

ALL_LINKS = 0xFFFFFFFF  # scope of an NVLink counter: the sum over all links
# By nvmlValueType_t: the member of the union that the driver filled.
MEMBERS = ("dVal", "uiVal", "ulVal", "ullVal", "sllVal", "siVal", "usVal")
Number = int | float | Absent

# Name here: name of the field's number in nvml.h without NVML_FI_DEV_, and its scope. Asked for in each reading.
LIVE: Mapping[str, tuple[str, int]] = {
    "energy_millijoules": ("TOTAL_ENERGY_CONSUMPTION", 0),
    "memory_temperature_celsius": ("MEMORY_TEMP", 0),
    # Nanoseconds, by the aliases CLOCKS_EVENT_REASON_* in newer headers.
    "throttled_power": ("PERF_POLICY_POWER", 0),
    "throttled_thermal": ("PERF_POLICY_THERMAL", 0),
    "throttled_sync_boost": ("PERF_POLICY_SYNC_BOOST", 0),
    "throttled_board_limit": ("PERF_POLICY_BOARD_LIMIT", 0),
    "throttled_reliability": ("PERF_POLICY_RELIABILITY", 0),
    "pcie_transmit_bytes": ("PCIE_COUNT_TX_BYTES", 0),
    "pcie_receive_bytes": ("PCIE_COUNT_RX_BYTES", 0),
    "nvlink_transmit_kib": ("NVLINK_THROUGHPUT_DATA_TX", ALL_LINKS),
    "nvlink_receive_kib": ("NVLINK_THROUGHPUT_DATA_RX", ALL_LINKS),
}
# What changes seldom, or is dear: the driver asks each link for its errors.
SLOW: Mapping[str, tuple[str, int]] = {
    "ecc_volatile_corrected": ("ECC_SBE_VOL_TOTAL", 0),
    "ecc_volatile_uncorrected": ("ECC_DBE_VOL_TOTAL", 0),
    "ecc_corrected": ("ECC_SBE_AGG_TOTAL", 0),
    "ecc_uncorrected": ("ECC_DBE_AGG_TOTAL", 0),
    "pcie_replays": ("PCIE_REPLAY_COUNTER", 0),
    "nvlink_crc_flit_errors": ("NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL", 0),
    "nvlink_crc_data_errors": ("NVLINK_CRC_DATA_ERROR_COUNT_TOTAL", 0),
    "nvlink_replays": ("NVLINK_REPLAY_ERROR_COUNT_TOTAL", 0),
    "nvlink_recoveries": ("NVLINK_RECOVERY_ERROR_COUNT_TOTAL", 0),
}


def number_of(field: Any) -> Number:
    """The number in an nvmlFieldValue_t, or why it holds none."""
    if field.nvmlReturn:
        return Absent(reason_of(field.nvmlReturn))
    if not 0 <= field.valueType < len(MEMBERS):
        return Absent("the driver tells it in a form that is not known")
    number: int | float = getattr(field.value, MEMBERS[field.valueType])
    return number


def field_values(nvml: NvmlSession, device: Device, wanted: Mapping[str, tuple[str, int]]) -> dict[str, Number]:
    """The wanted fields of a GPU by their names here."""
    fields = [(getattr(nvml.api, f"NVML_FI_DEV_{name}"), scope) for name, scope in wanted.values()]
    values = nvml.ask(nvml.api.nvmlDeviceGetFieldValues, device.handle, fields)
    if isinstance(values, Absent):
        return dict.fromkeys(wanted, values)
    return {name: number_of(value) for name, value in zip(wanted, values, strict=True)}


def total(*numbers: Number) -> Number:
    """The sum of those that are told."""
    told = [number for number in numbers if not isinstance(number, Absent)]
    return sum(told) if told else numbers[0]
