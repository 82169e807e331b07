"""SYS/class/hwmon and SYS/class/thermal, read by plain code; the sensors of the watched machine."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files

LIMIT_CELSIUS = 1000.0


def read_hwmon(roots: Roots) -> Facts:
    """The sensors whose name is theirs alone: to tell namesakes apart is the probe's own invention."""
    temperatures, fans = list(_channels(roots.sys, "temp")), list(_channels(roots.sys, "fan"))
    if not temperatures:
        zones = Path(f"{roots.sys}/class/thermal").glob("thermal_zone*")
        temperatures = [(_text(zone / "type") or zone.name, zone / "temp", None, None) for zone in zones]
    facts: dict[str, float] = {}
    for kind, unit, channels in (("temperatures", 1e3, temperatures), ("fans", 1.0, fans)):
        taken = Counter(name for name, _, _, _ in channels)
        field = "temperature_celsius" if kind == "temperatures" else "speed_rpm"
        for name, *files in channels:
            for told, file in zip((field, "high_celsius", "critical_celsius"), files, strict=True):
                value = _text(file) if file else ""
                if taken[name] == 1 and value.lstrip("-").isdigit():
                    amount = int(value) / unit
                    if told == field or 0 < amount < LIMIT_CELSIUS:
                        facts[f"system.sensors.{kind}.{name}.{told}"] = amount
    return facts


def _channels(sys: str, kind: str) -> Iterator[tuple[str, Path, Path | None, Path | None]]:
    for file in sorted(Path(f"{sys}/class/hwmon").glob(f"*/{kind}*_input")):
        channel, chip = file.name.removesuffix("_input"), file.parent
        if _text(chip / f"{channel}_fault") == "1":
            continue
        title, link = _text(chip / "name") or chip.name, chip / "device"
        device = link.readlink().name if link.is_symlink() else ""
        title = device if device.startswith(title) else f"{title} {device}".strip()
        levels = (chip / f"{channel}_max", chip / f"{channel}_crit") if kind == "temp" else (None, None)
        yield f"{title} {_text(chip / f'{channel}_label') or channel}", file, *levels


def _text(file: Path) -> str:
    try:
        return file.read_bytes()[:4096].decode(errors="replace").strip()
    except OSError:
        return ""


HWMON = Files("/sys/class/hwmon, own reading", ("system.sensors.temperatures.", "system.sensors.fans."), read_hwmon)
