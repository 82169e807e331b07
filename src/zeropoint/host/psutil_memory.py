"""Main memory and swap through psutil."""

from typing import ClassVar

import psutil

from zeropoint.host.psutil_reasons import NOT_TOLD, WINDOWS, explained
from zeropoint.model import Memory, Section, Swap
from zeropoint.probe import Absent, Missing, Probe, Rates, Reading, Roots


class PortableMemory(Probe):
    name: ClassVar[str] = "memory"
    section: ClassVar[str] = "system.memory"
    report: ClassVar[type[Section]] = Memory

    def __init__(self) -> None:
        self._rates = Rates()

    def read(self, roots: Roots, now: float) -> Reading:
        missing = Missing()
        memory = psutil.virtual_memory()
        used = memory.total - memory.available
        report = Memory(
            total_bytes=memory.total,
            used_bytes=used,
            available_bytes=memory.available,
            free_bytes=memory.free,
            cached_bytes=getattr(memory, "cached", None),
            buffers_bytes=getattr(memory, "buffers", None),
            shared_bytes=getattr(memory, "shared", None),
            usage_percent=100 * used / memory.total,
            swap=missing.take("swap", self._swap(missing, now)),
        )
        return Reading(explained(report, missing), missing)

    def _swap(self, missing: Missing, now: float) -> Swap | Absent:
        try:
            swap = psutil.swap_memory()
        except (OSError, RuntimeError) as error:
            return Absent(f"the system does not tell it: {error}")
        # psutil gives 0 on Windows for what it cannot tell there.
        into, out = (None, None) if WINDOWS else (swap.sin, swap.sout)
        rates = {
            name: Absent(NOT_TOLD) if total is None else self._rates.per_second(name, total, now)
            for name, total in (("in", into), ("out", out))
        }
        return Swap(
            total_bytes=swap.total,
            used_bytes=swap.used,
            free_bytes=swap.free,
            usage_percent=missing.take(
                "swap.usage_percent", 100 * swap.used / swap.total if swap.total else Absent("there is no swap")
            ),
            in_bytes_total=into,
            out_bytes_total=out,
            in_bytes_per_second=missing.take("swap.in_bytes_per_second", rates["in"]),
            out_bytes_per_second=missing.take("swap.out_bytes_per_second", rates["out"]),
        )
