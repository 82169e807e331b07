"""The files of one graphics card below SYS/class/drm (Documentation/gpu, Documentation/hwmon/sysfs-interface.rst)."""

import os
import re
from collections.abc import Callable

from zeropoint.host.sysfs import names_in
from zeropoint.probe import Absent, read_file, read_text
from zeropoint.texts import clean

DECIMAL = re.compile(r"-?[0-9]{1,20}")  # no 64-bit number is longer
TABLE_LIMIT_BYTES = 64 * 1024
MICRO, MILLI, MEGA = 1e-6, 1e-3, 1e6

# PCI Express by the rate of a lane in GT/s, sysfs-bus-pci.
GENERATIONS = {"2.5": 1.0, "5": 2.0, "8": 3.0, "16": 4.0, "32": 5.0, "64": 6.0}

Value = float | Absent


def decimal(text: str) -> float | None:
    return float(text) if DECIMAL.fullmatch(text) else None


class Card:
    """The files of one card; paths are below its folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        driver = os.path.realpath(f"{folder}/device/driver")
        self.driver = os.path.basename(driver)  # noqa: PTH119 - a name out of sysfs, never opened
        self.hwmon = self._hwmon()

    def _hwmon(self) -> str:
        """The folder of its sensors; the kernel numbers them anew at each boot."""
        try:
            return f"device/hwmon/{min(os.listdir(f'{self._folder}/device/hwmon'))}"  # noqa: PTH208 - as above
        except (OSError, ValueError):
            return "device/hwmon"

    def text(self, path: str) -> str | Absent:
        file = path.rpartition("/")[2]
        try:
            return read_text(f"{self._folder}/{path}").strip()
        except FileNotFoundError:
            return Absent(f"the {self.driver} driver has no file {file} for it")
        except PermissionError:
            return Absent(f"needs permission to read {file}")
        except OSError as error:  # the driver refuses: EINVAL, ENODATA, EOPNOTSUPP
            return Absent(f"the {self.driver} driver refuses to read {file}: {error.strerror}")

    def number(self, *paths: str, scale: float = 1.0, parse: Callable[[str], float | None] = decimal) -> Value:
        """The number in the first of these files that holds one; else why the first does not."""
        reason: Absent | None = None
        for path in paths:
            content = self.text(path)
            if not isinstance(content, Absent):
                number = parse(content)
                if number is not None:
                    return number * scale
                content = Absent(f"{path.rpartition('/')[2]} holds no number")
            reason = reason or content
        return reason or Absent("no file tells it")

    def sensor(self, *files: str, scale: float = 1.0) -> Value:
        return self.number(*(f"{self.hwmon}/{file}" for file in files), scale=scale)

    def content(self, path: str) -> bytes | Absent:
        """The bytes of a file that holds no text."""
        try:
            return read_file(f"{self._folder}/{path}", TABLE_LIMIT_BYTES)
        except OSError as error:
            return Absent(f"the {self.driver} driver does not give {path.rpartition('/')[2]}: {error.strerror}")

    def names(self, path: str) -> list[str]:
        return names_in(f"{self._folder}/{path}")

    @property
    def asleep(self) -> bool:
        return self.text("device/power/runtime_status") == "suspended"

    def facts(self) -> dict[str, str]:
        """The device's uevent: DRIVER, PCI_SLOT_NAME, and off the PCI bus OF_FULLNAME and OF_COMPATIBLE_0."""
        uevent = self.text("device/uevent")
        lines = [] if isinstance(uevent, Absent) else uevent.splitlines()
        return dict(clean(line).partition("=")[::2] for line in lines)

    def address(self) -> str:
        """Its PCI address, else its place in the device tree, else its name under class/drm."""
        facts = self.facts()
        return facts.get("PCI_SLOT_NAME") or facts.get("OF_FULLNAME") or self._folder.rpartition("/")[2]

    def identity(self) -> str:
        """What stays the same over boots and slots, where the card has it; else its address."""
        unique = self.text("device/unique_id")
        return self.address() if isinstance(unique, Absent) or not unique.strip("0") else unique

    def name(self, vendor: str) -> str | Absent:
        """Server cards tell their product name; of others there are the PCI ids, or what they are compatible with."""
        product = self.text("device/product_name")
        if not isinstance(product, Absent) and product:
            return clean(product)
        ids = [self.text("device/vendor"), self.text("device/device")]
        if not any(isinstance(number, Absent) for number in ids):
            return clean(f"{vendor} GPU {':'.join(str(number).removeprefix('0x') for number in ids)}")
        compatible = self.facts().get("OF_COMPATIBLE_0")
        return clean(compatible) if compatible else Absent("neither a product name nor PCI ids are told")

    def link(self) -> dict[str, Value]:
        """The link to the host: generation by its transfer rate ("16.0 GT/s PCIe"), and lanes."""
        rate = self.number("device/current_link_speed", parse=generation)
        return {"generation": rate, "lanes": self.number("device/current_link_width")}


def generation(speed: str) -> float | None:
    return GENERATIONS.get(speed.partition(" ")[0].removesuffix(".0"))
