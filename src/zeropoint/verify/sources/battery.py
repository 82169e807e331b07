"""SYS/class/power_supply, read by plain code. The charge follows from amounts, other files than the gauge's."""

from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts, Range
from zeropoint.verify.source import Files


def read_battery(roots: Roots) -> Facts:
    """Of a machine with one battery; how several are taken together is the probe's own matter."""
    batteries = [
        supply
        for supply in Path(f"{roots.sys}/class/power_supply").glob("*")
        if _text(supply / "type") == "Battery" and _text(supply / "scope") != "Device"
    ]
    if len(batteries) != 1:
        return {}
    facts: dict[str, float | Range] = {}
    for kind in ("energy", "charge"):
        now, full = (_text(batteries[0] / f"{kind}_{moment}") for moment in ("now", "full"))
        if now.isdigit() and full.isdigit() and int(full):
            share = 100.0 * int(now) / int(full)
            # The gauge rounds as it likes, and may learn slowly what a full battery holds.
            facts["system.sensors.battery.charge_percent"] = Range(share - 2.0, share + 2.0)
    microwatts = _text(batteries[0] / "power_now").lstrip("-")
    if microwatts.isdigit():
        facts["system.sensors.battery.power_watts"] = int(microwatts) / 1e6
    return facts


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""


BATTERY = Files("/sys/class/power_supply, own reading", ("system.sensors.battery",), read_battery)
