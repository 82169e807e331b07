"""What the kernel tells of one open file of a GPU: /proc/PID/fdinfo/FD, Documentation/gpu/drm-usage-stats.rst.

All drivers write one form, and each only a part of it: amdgpu and i915 the time that engines worked (drm-engine-*), xe
their cycles (drm-cycles-*, drm-total-cycles-*), nouveau neither.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

VALUE = re.compile(r"([0-9]{1,20})(?:\s+(\S+))?")
UNITS: Mapping[str | None, int] = {None: 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
# Memory on the card, by the names of amdgpu and xe (vram, vram0) and of i915 (local0); all else is the machine's.
ON_THE_CARD = re.compile(r"vram|local|stolen-local")


class Engine(Struct, frozen=True):
    """How far an engine's work for a client has come: busy nanoseconds, or busy cycles of `total`. `capacity` is the
    number of equal engines that it stands for."""

    busy: int
    total: int | None = None
    capacity: int = 1


class Client(Struct, frozen=True):
    """One opening of a GPU. Duplicates of its descriptor have the same `number`; `address` is None off the PCI bus."""

    driver: str
    number: int
    address: str | None
    engines: Mapping[str, Engine]
    memory_bytes: Mapping[str, int]

    @property
    def on_the_card_bytes(self) -> int | None:
        """None on a GPU that has no memory of its own."""
        sizes = [size for region, size in self.memory_bytes.items() if ON_THE_CARD.match(region)]
        return sum(sizes) if sizes else None

    @property
    def of_the_machine_bytes(self) -> int:
        return sum(size for region, size in self.memory_bytes.items() if not ON_THE_CARD.match(region))


def parse_fdinfo(content: bytes) -> Client | None:
    """The client that an open file is; None for a file of anything else, and for a driver that numbers no clients."""
    if b"drm-client-id:" not in content:
        return None
    facts: dict[str, str] = {}
    for line in content.decode(errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.startswith("drm-"):
            facts[key.removeprefix("drm-")] = value.strip()
    number = amount(facts.get("client-id", ""))
    if number is None:
        return None
    return Client(
        driver=facts.get("driver", ""),
        number=number,
        address=facts.get("pdev"),
        engines=_engines(facts),
        memory_bytes=_memory(facts),
    )


def amount(text: str) -> int | None:
    """A number with its unit of memory, if any ("312 KiB"); the unit of time, always ns, is left aside."""
    found = VALUE.fullmatch(text)
    return int(found[1]) * UNITS.get(found[2], 1) if found else None


def _engines(facts: Mapping[str, str]) -> dict[str, Engine]:
    engines: dict[str, Engine] = {}
    for key, text in facts.items():
        kind, _, name = key.partition("-")
        if kind not in ("engine", "cycles") or not name or name.startswith("capacity-"):
            continue
        busy = amount(text)
        total = amount(facts.get(f"total-cycles-{name}", "")) if kind == "cycles" else None
        # Cycles alone (msm, panfrost) say nothing without the clock; those drivers tell the time too.
        if busy is None or (kind == "cycles" and (total is None or f"engine-{name}" in facts)):
            continue
        engines[name] = Engine(busy, total, amount(facts.get(f"engine-capacity-{name}", "")) or 1)
    return engines


def _memory(facts: Mapping[str, str]) -> dict[str, int]:
    """By region: what is resident; amdgpu's older word for it is drm-memory-*, and some drivers tell a total alone."""
    memory: dict[str, int] = {}
    for kind in ("total-", "memory-", "resident-"):  # a later one is the better one
        for key, text in facts.items():
            region = key.removeprefix(kind)
            size = amount(text)
            if key.startswith(kind) and not region.startswith("cycles-") and size is not None:
                memory[region] = size
    return memory
