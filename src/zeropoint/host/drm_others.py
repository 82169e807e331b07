"""GPUs of further drivers, which tell little but the accounts of their processes (drm_usage.py): nouveau for NVIDIA's
cards, and those of the GPUs in systems on a chip, whose clock devfreq tells (sysfs-class-devfreq)."""

from typing import Any

from zeropoint.host.drm_card import MICRO, MILLI, Card, Value
from zeropoint.host.gpu_report import share
from zeropoint.probe import Absent


def nouveau(card: Card) -> dict[str, Any]:
    """Documentation/ABI/testing/sysfs-driver-nouveau and the hwmon interface; its fan is told of 100."""
    return {
        "temperature_celsius": card.sensor("temp1_input", scale=MILLI),
        "temperature_limit_celsius": card.sensor("temp1_crit", scale=MILLI),
        "power_watts": card.sensor("power1_input", scale=MICRO),
        "power_limit_watts": card.sensor("power1_max", scale=MICRO),
        "fan_percent": share(card.sensor("pwm1"), 100.0),
    }


def on_a_chip(card: Card) -> dict[str, Any]:
    return {"clock_hz": _devfreq(card, "cur_freq"), "clock_limit_hz": _devfreq(card, "max_freq")}


def _devfreq(card: Card, file: str) -> Value:
    for folder in card.names("device/devfreq"):
        return card.number(f"device/devfreq/{folder}/{file}")
    return Absent(f"the {card.driver} driver scales no clock")


def counts_engines(card: Card) -> Absent | None:
    """Why a driver does not count its engines' time though it could: sysfs-driver-panfrost-profiling. Else None."""
    if card.text("device/profiling") == "0":
        return Absent(f"the {card.driver} driver counts it only after 1 is written to the device's file profiling")
    return None
