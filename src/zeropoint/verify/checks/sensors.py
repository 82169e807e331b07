"""How temperatures, fans and the battery are checked."""

from collections.abc import Mapping

from zeropoint.verify.compare import Check, Level

SENSORS: Mapping[str, Check] = {
    "system.sensors.temperatures.temperature_celsius": Level(floor=5.0),
    "system.sensors.temperatures.high_celsius": Level(moves=False),
    "system.sensors.temperatures.critical_celsius": Level(moves=False),
    "system.sensors.fans.speed_rpm": Level(floor=200.0, share=0.1),
    "system.sensors.battery.charge_percent": Level(floor=1.0),
    "system.sensors.battery.power_watts": Level(floor=2.0, share=0.5),
}
