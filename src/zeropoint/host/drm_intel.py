"""Intel GPUs by the files of i915 and xe: Documentation/ABI/testing/sysfs-driver-intel-i915-hwmon, -xe-hwmon, and
drivers/gpu/drm/xe/xe_gt_freq.c, xe_gt_throttle.c, i915/gt/intel_gt_sysfs_pm.c."""

from collections.abc import Mapping
from typing import Any

from zeropoint.host.drm_card import MEGA, MICRO, MILLI, Card, Value
from zeropoint.probe import Absent

# i915, i915 since Linux 6.2, xe.
CLOCK_FILES = ("gt_act_freq_mhz", "gt/gt0/rps_act_freq_mhz", "device/tile0/gt0/freq0/act_freq")
HIGHEST_CLOCK_FILES = ("gt_RP0_freq_mhz", "gt/gt0/rps_RP0_freq_mhz", "device/tile0/gt0/freq0/rp0_freq")
# Folder and prefix of the files, one a reason, of i915 and xe.
THROTTLE_FILES = (("gt/gt0", "throttle_reason_"), ("device/tile0/gt0/freq0/throttle", "reason_"))
WORDS: Mapping[str, str] = {
    "pl1": "sustained power limit",
    "pl2": "short-term power limit",
    "pl4": "peak current limit",
    "thermal": "temperature",
    "prochot": "hot signal from outside",
    "ratl": "running average of the temperature",
    "vr_thermalert": "temperature of the voltage regulator",
    "vr_tdc": "current of the voltage regulator",
}


def intel(card: Card) -> dict[str, Any]:
    """What i915 and xe tell. How busy their engines are is told by process alone (drm_usage.py); the time outside of
    the sleep state RC6, which sysfs has, is not the time in which a kernel ran."""
    return {
        "clock_hz": card.number(*CLOCK_FILES, scale=MEGA),
        "clock_limit_hz": card.number(*HIGHEST_CLOCK_FILES, scale=MEGA),
        # Sensor 1 is the card, 2 the package; integrated ones have neither.
        "energy_joules_total": card.sensor("energy1_input", "energy2_input", scale=MICRO),
        "power_limit_watts": card.sensor("power1_max", "power2_max", scale=MICRO),
        "temperature_celsius": card.sensor("temp1_input", "temp2_input", scale=MILLI),
        "memory_temperature_celsius": card.sensor("temp3_input", scale=MILLI),
        "memory_total_bytes": memory_total(card),
        "throttle_reasons": throttle_reasons(card),
    }


def memory_total(card: Card) -> Value:
    """Of all tiles; integrated GPUs have none, and i915 tells it in no file."""
    sizes = [
        card.number(f"device/{tile}/physical_vram_size_bytes") for tile in card.names("device") if tile[:4] == "tile"
    ]
    told = [size for size in sizes if not isinstance(size, Absent)]
    return sum(told) if told else Absent(f"the {card.driver} driver does not tell it")


def throttle_reasons(card: Card) -> list[str] | Absent:
    for folder, prefix in THROTTLE_FILES:
        files = [file for file in card.names(folder) if file.startswith(prefix) and file != f"{prefix}status"]
        if files:
            flags = {file.removeprefix(prefix): card.number(f"{folder}/{file}") for file in files}
            refused = [flag for flag in flags.values() if isinstance(flag, Absent)]
            return refused[0] if refused else [word_of(name) for name, flag in flags.items() if flag]
    return Absent(f"the {card.driver} driver does not tell it for this GPU")


def word_of(reason: str) -> str:
    return WORDS.get(reason, reason.replace("_", " "))
