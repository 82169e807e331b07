"""Temperatures, fans and the battery through psutil, which has them on few systems."""

from collections.abc import Mapping
from typing import Any, ClassVar

import psutil

from zeropoint.host.psutil_reasons import explained
from zeropoint.model import Battery, Fan, Section, Sensors, Temperature
from zeropoint.probe import Missing, Probe, Reading, Roots


class PortableSensors(Probe):
    name: ClassVar[str] = "sensors"
    section: ClassVar[str] = "system.sensors"
    report: ClassVar[type[Section]] = Sensors
    period_seconds: ClassVar[float] = 5.0
    blocking: ClassVar[bool] = True

    def read(self, roots: Roots, now: float) -> Reading:
        missing = Missing()
        temperatures, fans, battery = (
            found() if (found := getattr(psutil, f"sensors_{kind}", None)) else None
            for kind in ("temperatures", "fans", "battery")
        )
        if battery is None and hasattr(psutil, "sensors_battery"):
            missing["battery"] = "the machine has no battery"
        report = Sensors(
            temperatures=[
                Temperature(
                    name=name,
                    temperature_celsius=sensor.current,
                    high_celsius=sensor.high,
                    critical_celsius=sensor.critical,
                )
                for name, sensor in named(temperatures or {})
            ]
            or None,
            fans=[Fan(name=name, speed_rpm=float(sensor.current)) for name, sensor in named(fans or {})] or None,
            battery=Battery(charge_percent=float(battery.percent), charging=battery.power_plugged) if battery else None,
        )
        return Reading(explained(report, missing), missing)


def named(chips: Mapping[str, list[Any]]) -> list[tuple[str, Any]]:
    """Sensors under names that are unique: chip and label, else its place on the chip."""
    rows: dict[str, Any] = {}
    for chip, sensors in sorted(chips.items()):
        for place, sensor in enumerate(sensors):
            name = f"{chip} {sensor.label or place}"
            rows[f"{name} {place}" if name in rows else name] = sensor
    return list(rows.items())
