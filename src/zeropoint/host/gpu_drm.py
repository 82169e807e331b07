"""AMD and Intel GPUs by what their kernel drivers write into sysfs.

Documentation/gpu/amdgpu/thermal.rst and driver-misc.rst; Documentation/ABI/testing/sysfs-driver-intel-i915-hwmon and
sysfs-driver-intel-xe-hwmon; Documentation/hwmon/sysfs-interface.rst for the units. NVIDIA's cards are left out: their
driver tells of them through NVML alone. So are display adapters of other drivers (virtual machines, server boards),
which do no work but drawing.
"""

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from msgspec import Struct

from zeropoint.model import Gpu, Section
from zeropoint.probe import Absent, Missing, Probe, Rates, Reading, Roots, read_text

CARD = re.compile(r"card(\d+)")  # card0-DP-1 and the like are its connectors
ACTIVE_LEVEL = re.compile(r"^\S+:\s*([0-9]{1,9})\s*MHz\s*\*", re.IGNORECASE | re.MULTILINE)
DECIMAL = re.compile(r"-?[0-9]{1,20}")  # no 64-bit number is longer
UNCORRECTED = re.compile(r"^ue:\s*([0-9]{1,19})", re.MULTILINE)
# i915, i915 since Linux 6.2, xe.
CLOCK_FILES = ("gt_act_freq_mhz", "gt/gt0/rps_act_freq_mhz", "device/tile0/gt0/freq0/act_freq")
MICRO, MILLI, MEGA = 1e-6, 1e-3, 1e6

Value = float | Absent
NOT_TOLD = Absent("this GPU's driver does not tell it in sysfs")


def active_level_mhz(levels: str) -> float | None:
    """The clock in force in a pp_dpm_* file: a line a level, `1: 2124Mhz *` for the active one."""
    found = ACTIVE_LEVEL.search(levels)
    return float(found[1]) if found else None


def uncorrected_errors(counts: str) -> float | None:
    """The uncorrected errors in a ras/*_err_count file: `ue: 0` and `ce: 0`."""
    found = UNCORRECTED.search(counts)
    return float(found[1]) if found else None


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

    @property
    def asleep(self) -> bool:
        return self.text("device/power/runtime_status") == "suspended"

    def address(self) -> str:
        """Its PCI address, else its name under class/drm."""
        uevent = self.text("device/uevent")
        lines = [] if isinstance(uevent, Absent) else uevent.splitlines()
        facts = dict(line.partition("=")[::2] for line in lines)
        return facts.get("PCI_SLOT_NAME") or self._folder.rpartition("/")[2]

    def identity(self) -> str:
        """What stays the same over boots and slots, where the card has it; else its PCI address."""
        unique = self.text("device/unique_id")
        return self.address() if isinstance(unique, Absent) or not unique.strip("0") else unique

    def name(self, vendor: str) -> str | Absent:
        """Server cards tell their product name; of others there are the PCI ids."""
        product = self.text("device/product_name")
        if not isinstance(product, Absent) and product:
            return product
        ids = [self.text("device/vendor"), self.text("device/device")]
        if any(isinstance(number, Absent) for number in ids):
            return Absent("neither a product name nor PCI ids are told")
        return f"{vendor} GPU {':'.join(str(number).removeprefix('0x') for number in ids)}"


def amd(card: Card) -> dict[str, Value]:
    """What amdgpu tells. Newer cards measure power at the moment (power1_input), older ones its average."""
    duty, full = card.sensor("pwm1"), card.sensor("pwm1_max")
    return {
        "utilization_percent": card.number("device/gpu_busy_percent"),
        "memory_total_bytes": card.number("device/mem_info_vram_total"),
        "memory_used_bytes": card.number("device/mem_info_vram_used"),
        "temperature_celsius": card.sensor("temp1_input", "temp2_input", scale=MILLI),
        "power_watts": card.sensor("power1_average", "power1_input", scale=MICRO),
        "power_limit_watts": card.sensor("power1_cap", scale=MICRO),
        "clock_hz": clock(card, "freq1_input", "pp_dpm_sclk"),
        "memory_clock_hz": clock(card, "freq2_input", "pp_dpm_mclk"),
        "fan_percent": share(duty, full),
        "ecc_errors_total": card.number("device/ras/umc_err_count", parse=uncorrected_errors),
        # pcie_bw counts messages while its reader sleeps in the kernel for a second.
        "pcie_receive_bytes_per_second": Absent("each reading would wait a second for the driver to measure it"),
        "pcie_transmit_bytes_per_second": Absent("each reading would wait a second for the driver to measure it"),
    }


def clock(card: Card, sensor: str, levels: str) -> Value:
    """The measured clock in Hz, else the level that the card has chosen."""
    measured = card.sensor(sensor)
    if isinstance(measured, Absent):
        return card.number(f"device/{levels}", scale=MEGA, parse=active_level_mhz)
    return measured


def intel(card: Card) -> dict[str, Value]:
    """What i915 and xe tell. Their engines' use is told through perf events alone; the time outside of the sleep
    state RC6, which sysfs has, is not the time in which a kernel ran."""
    return {
        "utilization_percent": Absent(f"the {card.driver} driver tells it through perf events alone"),
        "clock_hz": card.number(*CLOCK_FILES, scale=MEGA),
        # Sensor 1 is the card, 2 the package; integrated ones have neither.
        "energy_joules_total": card.sensor("energy1_input", "energy2_input", scale=MICRO),
        "power_limit_watts": card.sensor("power1_max", "power2_max", scale=MICRO),
        "temperature_celsius": card.sensor("temp1_input", "temp2_input", scale=MILLI),
    }


class Driver(Struct, frozen=True):
    vendor: str
    read: Callable[[Card], dict[str, Value]]


DRIVERS: Mapping[str, Driver] = {
    "amdgpu": Driver("AMD", amd),
    "i915": Driver("Intel", intel),
    "xe": Driver("Intel", intel),
}
OWN_FIELDS = ("index", "uuid", "name", "vendor")
COUNTS = ("memory_total_bytes", "memory_used_bytes", "ecc_errors_total")
GAUGES = tuple(field for field in Gpu.__struct_fields__ if field not in OWN_FIELDS)


def share(part: Value, total: Value) -> Value:
    if isinstance(part, Absent) or isinstance(total, Absent):
        return part if isinstance(part, Absent) else total
    return 100 * part / total if total > 0 else Absent("the card tells a total of 0")


def card_numbers(folder: str) -> list[int]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names alone
    except OSError:
        return []
    return sorted(int(found[1]) for name in names if (found := CARD.fullmatch(name)))


class DrmGpus(Probe):
    name: ClassVar[str] = "gpu_drm"
    section: ClassVar[str] = "system.gpus"
    report: ClassVar[type[Section]] = Gpu
    period_seconds: ClassVar[float] = 1.0
    blocking: ClassVar[bool] = True  # a GPU that hangs holds those who read its sensors

    def __init__(self) -> None:
        self._rates = Rates()

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        folder = f"{roots.sys}/class/drm"
        missing = Missing()
        gpus: list[Gpu] = []
        seen: set[str] = set()
        for index in card_numbers(folder):
            card = Card(f"{folder}/card{index}")
            if card.driver not in DRIVERS:
                continue
            uuid = card.identity()
            uuid = card.address() if uuid in seen else uuid
            seen.add(uuid)
            gpus.append(self._gpu(card, index=index, uuid=uuid, at=f"[{len(gpus)}].", missing=missing, now=now))
        self._rates.keep(seen)
        return Reading(gpus, missing) if gpus else Absent(f"no GPU under {folder}")

    def _gpu(self, card: Card, *, index: int, uuid: str, at: str, missing: Missing, now: float) -> Gpu:
        driver = DRIVERS[card.driver]
        # Reading a sensor would wake a card that sleeps to save power, and keep it awake.
        if card.asleep:
            values: dict[str, Value] = dict.fromkeys(GAUGES, Absent("asleep to save power; reading would wake it"))
        else:
            values = driver.read(card)
            values["memory_usage_percent"] = share(
                values.get("memory_used_bytes", NOT_TOLD), values.get("memory_total_bytes", NOT_TOLD)
            )
            energy = values.get("energy_joules_total", NOT_TOLD)
            if "power_watts" not in values:
                values["power_watts"] = (
                    energy if isinstance(energy, Absent) else self._rates.per_second(uuid, energy, now)
                )
        read: dict[str, Any] = {field: missing.take(at + field, values.get(field, NOT_TOLD)) for field in GAUGES}
        for field in COUNTS:
            read[field] = None if read[field] is None else int(read[field])
        return Gpu(
            index=index,
            uuid=uuid,
            name=missing.take(f"{at}name", card.name(driver.vendor)),
            vendor=driver.vendor,
            **read,
        )
