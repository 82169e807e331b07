"""Temperature sensors and fans: SYS/class/hwmon (Documentation/hwmon/sysfs-interface.rst), and where no chip is there
SYS/class/thermal (Documentation/ABI/testing/sysfs-class-thermal).

The files are read with plain blocking calls: a driver may talk to its chip over a slow or a broken bus.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from zeropoint.host.sysfs import names_in
from zeropoint.probe import Absent

READ_LIMIT_BYTES = 4096
ABSOLUTE_ZERO_CELSIUS = -273.15
# Above any level that a chip is made for; NVMe disks say 65261.85 where none is set.
LEVEL_LIMIT_CELSIUS = 1000.0
NOT_TOLD = Absent("the driver doesn't tell it")


class Channel(Struct, frozen=True):
    """A sensor: its name, and the paths of its files, which need not be there."""

    name: str
    input: str
    fault: str = ""
    high: str = ""
    critical: str = ""


def answer(path: str) -> int | Absent:
    """The number in a file; a path of "" has none. Blocks for as long as the driver does."""
    if not path:
        return NOT_TOLD
    try:
        with Path(path).open("rb") as file:
            return int(file.read(READ_LIMIT_BYTES))
    except FileNotFoundError:
        return NOT_TOLD
    except OSError as error:
        # Drivers fail the read of a sensor that isn't connected, sleeps or is broken.
        return Absent(f"the driver says: {error.strerror}")
    except ValueError:
        return Absent("the driver doesn't give a number")


def text(path: str) -> str:
    """The text in a file, "" where there is none. Blocks for as long as the driver does."""
    try:
        with Path(path).open("rb") as file:
            return file.read(READ_LIMIT_BYTES).decode(errors="replace").strip()
    except OSError:
        return ""


def celsius(path: str) -> float | Absent:
    millidegrees = answer(path)
    if isinstance(millidegrees, Absent):
        return millidegrees
    degrees = millidegrees / 1e3
    return degrees if degrees >= ABSOLUTE_ZERO_CELSIUS else Absent("the driver tells less than absolute zero")


def level_celsius(path: str) -> float | Absent:
    """A warning level; chips that have none set tell a zero or something beyond reason."""
    degrees = celsius(path)
    if isinstance(degrees, Absent) or 0 < degrees < LEVEL_LIMIT_CELSIUS:
        return degrees
    return Absent("the chip has no level set")


def chip_name(directory: str) -> str:
    """A name that stays over restarts: the number of a hwmon directory doesn't, its device does as far as one can.

    "coretemp.0", "nvme0", "k10temp 0000:00:18.3": the device's name, after the chip's unless it begins so.
    """
    chip = text(f"{directory}/name") or Path(directory).name
    link = Path(f"{directory}/device")
    device = link.readlink().name if link.is_symlink() else ""
    return device if device.startswith(chip) else f"{chip} {device}".strip()


def hwmon_channels(sys: str, kind: str) -> list[Channel]:
    """The channels of a kind ("temp", "fan") of all chips."""
    names: list[tuple[str, str]] = []
    prefixes: list[str] = []
    for entry in names_in(f"{sys}/class/hwmon"):
        directory = f"{sys}/class/hwmon/{entry}"
        inputs = [file for file in names_in(directory) if file.startswith(kind) and file.endswith("_input")]
        chip = chip_name(directory) if inputs else ""
        for channel in sorted((file.removesuffix("_input") for file in inputs), key=lambda each: (len(each), each)):
            prefixes.append(f"{directory}/{channel}")
            names.append((f"{chip} {text(f'{prefixes[-1]}_label') or channel}", channel))
    return [
        Channel(
            name=name,
            input=f"{prefix}_input",
            fault=f"{prefix}_fault",
            high=f"{prefix}_max",
            critical=f"{prefix}_crit",
        )
        for name, prefix in zip(unique(names), prefixes, strict=True)
    ]


def zone_channels(sys: str) -> list[Channel]:
    """The thermal zones, by their type: "x86_pkg_temp", "acpitz"."""
    directory = f"{sys}/class/thermal"
    zones = [zone for zone in names_in(directory) if zone.startswith("thermal_zone")]
    names = unique([(text(f"{directory}/{zone}/type") or zone, zone) for zone in zones])
    return [
        Channel(
            name=name,
            input=f"{directory}/{zone}/temp",
            high=trip_point(f"{directory}/{zone}", "hot"),
            critical=trip_point(f"{directory}/{zone}", "critical"),
        )
        for name, zone in zip(names, zones, strict=True)
    ]


def trip_point(zone: str, kind: str) -> str:
    """The path of the temperature at which a zone does what `kind` says; "" where it has no such point."""
    for file in names_in(zone):
        if file.startswith("trip_point_") and file.endswith("_type") and text(f"{zone}/{file}") == kind:
            return f"{zone}/{file.removesuffix('_type')}_temp"
    return ""


def unique(names: Sequence[tuple[str, str]]) -> list[str]:
    """Names out of (name, what tells it apart from others of that name): the rows of a list are told by their names."""
    taken = Counter(name for name, _ in names)
    result: list[str] = []
    for name, apart in names:
        full = name if taken[name] == 1 or name.endswith(apart) else f"{name} {apart}"
        number = 1
        while (numbered := full if number == 1 else f"{full} #{number}") in result:
            number += 1
        result.append(numbered)
    return result
