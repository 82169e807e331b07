"""GPUs that are not NVIDIA's own driver's, by what their kernel drivers write into /sys and into /proc/PID/fdinfo.

Display adapters of other drivers (virtual machines, server boards) are left out: they do no work but drawing.
"""

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from msgspec import Struct

from zeropoint.host.drm_amd import amd
from zeropoint.host.drm_card import Card, Value
from zeropoint.host.drm_holders import DrmHolders
from zeropoint.host.drm_intel import intel
from zeropoint.host.drm_others import counts_engines, nouveau, on_a_chip
from zeropoint.host.drm_processes import NO_ENGINES, CardUse
from zeropoint.host.drm_usage import DrmUsage
from zeropoint.host.gpu_report import gpu_row, group, share
from zeropoint.host.kfd import compute_processes
from zeropoint.host.sysfs import names_in
from zeropoint.model import Gpu, GpuEcc, GpuPcie, Section
from zeropoint.probe import Absent, Missing, Probe, Rates, Reading, Roots

NODE = re.compile(r"(?:card|renderD)(\d+)")  # card0-DP-1 and the like are its connectors
NOT_TOLD = Absent("this GPU's driver does not tell it")
SILENT = "this version of the driver tells nothing of who has it open"
ASLEEP = Absent("asleep to save power; reading would wake it")


class Driver(Struct, frozen=True):
    """`engines`: whether it accounts engines' time to its clients."""

    vendor: str
    read: Callable[[Card], dict[str, Any]]
    engines: bool = True


DRIVERS: Mapping[str, Driver] = {
    "amdgpu": Driver("AMD", amd),
    "i915": Driver("Intel", intel),
    "xe": Driver("Intel", intel),
    "nouveau": Driver("NVIDIA", nouveau, engines=False),
    "panfrost": Driver("Arm", on_a_chip),
    "panthor": Driver("Arm", on_a_chip),
    "msm": Driver("Qualcomm", on_a_chip),
    "v3d": Driver("Broadcom", on_a_chip),
    "etnaviv": Driver("Vivante", on_a_chip),
}
COUNTS = frozenset(field for field in Gpu.__struct_fields__ if field.endswith("_bytes")) | {"ecc_errors_total"}


class Found(Struct, frozen=True):
    index: int
    card: Card
    uuid: str


class DrmGpus(Probe):
    name: ClassVar[str] = "gpu_drm"
    section: ClassVar[str] = "system.gpus"
    report: ClassVar[type[Section]] = Gpu
    period_seconds: ClassVar[float] = 1.0
    blocking: ClassVar[bool] = True  # a GPU that hangs holds those who read its sensors

    def __init__(self) -> None:
        self._rates = Rates()
        self._holders = DrmHolders()
        self._usage = DrmUsage()

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        folder = f"{roots.sys}/class/drm"
        nodes = [name for name in names_in(folder) if NODE.fullmatch(name)]
        found = cards(folder, nodes)
        self._rates.keep({one.uuid for one in found})
        if not found:
            return Absent(f"no GPU under {folder}")
        places = places_of(folder, nodes, found)
        shortfall = self._look(roots, now)
        uses = self._usage.read(roots, self._holders.opened, places, now)
        compute = compute_processes(roots.sys, places)
        missing = Missing()
        gpus = []
        for row, one in enumerate(found):
            driver = DRIVERS[one.card.driver]
            use = CardUse(
                uses.get(one.uuid, {}),
                compute.get(one.uuid, {}),
                counts_engines(one.card) if driver.engines else NO_ENGINES,
                SILENT if one.uuid in self._usage.silent and one.uuid not in uses else shortfall,
            )
            gpus.append(self._gpu(one, driver, use, f"[{row}]", missing=missing, roots=roots, now=now))
        return Reading(gpus, missing)

    def _look(self, roots: Roots, now: float) -> str | None:
        """Looks for who holds a GPU open; answers why some may be missing."""
        try:
            self._holders.look(roots, now)
        except OSError as error:
            return f"{roots.proc} cannot be read: {error.strerror}"
        return self._holders.shortfall

    def _gpu(
        self, one: Found, driver: Driver, use: CardUse, at: str, *, missing: Missing, roots: Roots, now: float
    ) -> Gpu:
        card = one.card
        # Reading a sensor would wake a card that sleeps to save power, and keep it awake.
        asleep = card.asleep
        values: dict[str, Any] = {} if asleep else driver.read(card)
        if not asleep:
            values |= {f"pcie.{field}": value for field, value in card.link().items()}
            values["engines"] = use.engines()
            values.setdefault("utilization_percent", use.busiest_percent())
            used, size = values.get("memory_used_bytes", NOT_TOLD), values.get("memory_total_bytes", NOT_TOLD)
            values["memory_usage_percent"] = share(used, size)
            values.setdefault("power_watts", self._power(one.uuid, values.get("energy_joules_total", NOT_TOLD), now))
            values["ecc"] = group(GpuEcc, members(GpuEcc, "ecc", values), f"{at}.ecc", missing)
            values["pcie"] = group(GpuPcie, members(GpuPcie, "pcie", values), f"{at}.pcie", missing)
        values |= {
            "index": one.index,
            "uuid": one.uuid,
            "name": card.name(driver.vendor),
            "vendor": driver.vendor,
            "driver": card.driver,
            "processes": use.rows(
                roots,
                integrated=bool(values.get("integrated")),
                at=f"{at}.processes",
                missing=missing,
            ),
        }
        for field in COUNTS & values.keys():
            if not isinstance(values[field], Absent):
                values[field] = int(values[field])
        return gpu_row(values, at, missing, ASLEEP if asleep else NOT_TOLD)

    def _power(self, uuid: str, energy: Value, now: float) -> Value:
        return energy if isinstance(energy, Absent) else self._rates.per_second(uuid, energy, now)


def members(kind: type[Section], name: str, values: Mapping[str, Any]) -> dict[str, int | Absent]:
    """The fields of a section out of values that are named with its name before a dot; all of them are counts."""
    told = {field: values.get(f"{name}.{field}", NOT_TOLD) for field in kind.__struct_fields__}
    return {field: value if isinstance(value, Absent) else int(value) for field, value in told.items()}


def cards(folder: str, nodes: list[str]) -> list[Found]:
    """The cards of drivers that are known, by their number. Two with one id are told apart by their address."""
    found: list[Found] = []
    for index in sorted(int(node[4:]) for node in nodes if node.startswith("card")):
        card = Card(f"{folder}/card{index}")
        if card.driver in DRIVERS:
            uuid = card.identity()
            taken = any(one.uuid == uuid for one in found)
            found.append(Found(index, card, card.address() if taken else uuid))
    return found


def places_of(folder: str, nodes: list[str], found: list[Found]) -> dict[str, str]:
    """The uuid of a card by its nodes below /dev/dri and its PCI address. A card has two nodes of one device."""
    devices = {os.path.realpath(f"{folder}/card{one.index}/device"): one.uuid for one in found}
    places = {one.card.address(): one.uuid for one in found}
    for node in nodes:
        uuid = devices.get(os.path.realpath(f"{folder}/{node}/device"))
        if uuid is not None:
            places[node] = uuid
    return places
