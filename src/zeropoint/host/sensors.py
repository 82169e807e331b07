"""Temperatures, fans and the battery."""

from typing import ClassVar

from msgspec import Struct

from zeropoint import model
from zeropoint.host.battery import read_battery
from zeropoint.host.hwmon import Channel, answer, celsius, hwmon_channels, level_celsius, zone_channels
from zeropoint.probe import Absent, Missing, Probe, Reading, Roots

# Chips come and go with modules and disks; their names and levels are a hundred files on a server.
RESCAN_SECONDS = 60.0
FAULT = Absent("the chip reports that the sensor is faulty")


class Levels(Struct, frozen=True):
    """The levels of a temperature sensor, read with the scan: they are settings."""

    high: float | Absent
    critical: float | Absent


class Sensors(Probe):
    name: ClassVar[str] = "sensors"
    section: ClassVar[str] = "system.sensors"
    period_seconds: ClassVar[float] = 2.0
    blocking: ClassVar[bool] = True

    def __init__(self) -> None:
        self._temperatures: list[tuple[Channel, Levels]] = []
        self._fans: list[Channel] = []
        self._rescan_at: float | None = None

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        if self._rescan_at is None or now >= self._rescan_at:
            self._scan(roots.sys)
            self._rescan_at = now + RESCAN_SECONDS
        missing = Missing()
        battery = read_battery(roots.sys, missing)
        if not self._temperatures and not self._fans and isinstance(battery, Absent):
            return Absent("the machine shows no sensors, as is usual for a virtual one")
        report = model.Sensors(
            temperatures=missing.take("temperatures", self._read_temperatures(missing)),
            fans=missing.take("fans", self._read_fans(missing)),
            battery=missing.take("battery", battery),
        )
        return Reading(report=report, missing=missing)

    def _scan(self, sys: str) -> None:
        # Chips show in both trees; the zones are fewer and coarser.
        channels = hwmon_channels(sys, "temp") or zone_channels(sys)
        self._temperatures = [
            (channel, Levels(high=level_celsius(channel.high), critical=level_celsius(channel.critical)))
            for channel in channels
        ]
        self._fans = hwmon_channels(sys, "fan")

    def _read_temperatures(self, missing: Missing) -> list[model.Temperature] | Absent:
        return [
            model.Temperature(
                name=channel.name,
                temperature_celsius=missing.take(
                    f"temperatures[{index}].temperature_celsius",
                    FAULT if answer(channel.fault) == 1 else celsius(channel.input),
                ),
                high_celsius=missing.take(f"temperatures[{index}].high_celsius", levels.high),
                critical_celsius=missing.take(f"temperatures[{index}].critical_celsius", levels.critical),
            )
            for index, (channel, levels) in enumerate(self._temperatures)
        ] or Absent("the machine has no temperature sensor")

    def _read_fans(self, missing: Missing) -> list[model.Fan] | Absent:
        fans: list[model.Fan] = []
        for index, channel in enumerate(self._fans):
            rpm = FAULT if answer(channel.fault) == 1 else answer(channel.input)
            speed = rpm if isinstance(rpm, Absent) else float(rpm)
            fans.append(model.Fan(name=channel.name, speed_rpm=missing.take(f"fans[{index}].speed_rpm", speed)))
        return fans or Absent("the machine has no fan sensor")
