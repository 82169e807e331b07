"""AMD GPUs by the files of amdgpu: Documentation/gpu/amdgpu/thermal.rst, driver-misc.rst and ras.rst."""

import re
from typing import Any

from zeropoint.host.amd_metrics import parse_gpu_metrics
from zeropoint.host.drm_card import MEGA, MICRO, MILLI, Card, Value
from zeropoint.host.gpu_report import share
from zeropoint.probe import Absent

LEVEL = re.compile(r"^\S+:\s*([0-9]{1,9})\s*MHz", re.IGNORECASE | re.MULTILINE)
ACTIVE_LEVEL = re.compile(r"^\S+:\s*([0-9]{1,9})\s*MHz\s*\*", re.IGNORECASE | re.MULTILINE)
UNCORRECTED = re.compile(r"^ue:\s*([0-9]{1,19})", re.MULTILINE)
CORRECTED = re.compile(r"^ce:\s*([0-9]{1,19})", re.MULTILINE)
# pcie_bw counts messages while its reader sleeps in the kernel for a second.
PCIE_SLOW = Absent("each reading would wait a second for the driver to measure it")


def active_level_mhz(levels: str) -> float | None:
    """The clock in force in a pp_dpm_* file: a line a level, `1: 2124Mhz *` for the active one."""
    found = ACTIVE_LEVEL.search(levels)
    return float(found[1]) if found else None


def highest_level_mhz(levels: str) -> float | None:
    found = LEVEL.findall(levels)
    return max(map(float, found)) if found else None


def uncorrected_errors(counts: str) -> float | None:
    """The uncorrected errors in a ras/*_err_count file: `ue: 0` and `ce: 0`."""
    found = UNCORRECTED.search(counts)
    return float(found[1]) if found else None


def corrected_errors(counts: str) -> float | None:
    found = CORRECTED.search(counts)
    return float(found[1]) if found else None


def amd(card: Card) -> dict[str, Any]:
    """What amdgpu tells. Newer cards measure power at the moment (power1_input), older ones its average."""
    duty, full = card.sensor("pwm1"), card.sensor("pwm1_max")
    table = card.content("device/gpu_metrics")
    metrics = table if isinstance(table, Absent) else parse_gpu_metrics(table)
    if metrics is None:
        metrics = Absent("gpu_metrics holds no table of a known form")
    return {
        "utilization_percent": card.number("device/gpu_busy_percent"),
        "memory_busy_percent": card.number("device/mem_busy_percent"),
        "memory_total_bytes": card.number("device/mem_info_vram_total"),
        "memory_used_bytes": card.number("device/mem_info_vram_used"),
        "shared_memory_total_bytes": card.number("device/mem_info_gtt_total"),
        "shared_memory_used_bytes": card.number("device/mem_info_gtt_used"),
        "temperature_celsius": card.sensor("temp1_input", "temp2_input", scale=MILLI),
        "hotspot_temperature_celsius": card.sensor("temp2_input", scale=MILLI),
        "memory_temperature_celsius": card.sensor("temp3_input", scale=MILLI),
        "temperature_limit_celsius": card.sensor("temp1_crit", "temp2_crit", scale=MILLI),
        "power_watts": card.sensor("power1_average", "power1_input", scale=MICRO),
        "power_limit_watts": card.sensor("power1_cap", scale=MICRO),
        "energy_joules_total": metrics if isinstance(metrics, Absent) else metrics.energy_joules,
        "clock_hz": clock(card, "freq1_input", "pp_dpm_sclk"),
        "clock_limit_hz": card.number("device/pp_dpm_sclk", scale=MEGA, parse=highest_level_mhz),
        "memory_clock_hz": clock(card, "freq2_input", "pp_dpm_mclk"),
        "fan_percent": share(duty, full),
        "throttle_reasons": metrics if isinstance(metrics, Absent) else metrics.throttle_reasons,
        "ecc_errors_total": card.number("device/ras/umc_err_count", parse=uncorrected_errors),
        "ecc.volatile_uncorrected_errors_total": card.number("device/ras/umc_err_count", parse=uncorrected_errors),
        "ecc.volatile_corrected_errors_total": card.number("device/ras/umc_err_count", parse=corrected_errors),
        "pcie.replays_total": card.number("device/pcie_replay_count"),
        "pcie_receive_bytes_per_second": PCIE_SLOW,
        "pcie_transmit_bytes_per_second": PCIE_SLOW,
        "integrated": not isinstance(metrics, Absent) and metrics.integrated,
    }


def clock(card: Card, sensor: str, levels: str) -> Value:
    """The measured clock in Hz, else the level that the card has chosen."""
    measured = card.sensor(sensor)
    if isinstance(measured, Absent):
        return card.number(f"device/{levels}", scale=MEGA, parse=active_level_mhz)
    return measured
