"""Power of the processors: energy counters in SYS/class/powercap, Documentation/power/powercap/powercap.rst.

Intel's and AMD's processors both show there as intel-rapl. Since Linux 5.10 root alone may read them: they tell secrets
of what is computed (CVE-2020-8694).
"""

import os
import re

from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Roots, read_text

# Packages, and the memory beside each, which stands below its package and is not in what that counts; other domains
# are parts of a package, or hold it again (psys, and intel-rapl-mmio).
DOMAIN = re.compile(r"intel-rapl:\d+(?::\d+)?")
NONE = Absent("the machine has no energy counters of its processors (RAPL)")
NO_PERMISSION = Absent("needs root to read the processors' energy counters (RAPL)")


class ProcessorPower:
    """Follows the counters of all packages."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._read_at = 0.0

    def watts(self, roots: Roots, now: float) -> float | Absent:
        """Mean power since the last call; `now` is the monotonic clock."""
        folder = f"{roots.sys}/class/powercap"
        try:
            domains = sorted(filter(DOMAIN.fullmatch, os.listdir(folder)))  # noqa: PTH208 - names are what is wanted
            readings = {domain: _read(f"{folder}/{domain}") for domain in domains if _is_counted(f"{folder}/{domain}")}
        except PermissionError:
            return NO_PERMISSION
        except (OSError, ValueError):
            return NONE
        if not readings:
            return NONE
        last, seconds = self._last, now - self._read_at
        self._last, self._read_at = {domain: energy for domain, (energy, _) in readings.items()}, now
        if last.keys() != readings.keys() or seconds <= 0:
            return Absent(NEEDS_TWO_READINGS)
        # A counter starts again at 0 after its range.
        grown = sum((energy - last[domain]) % (most + 1) for domain, (energy, most) in readings.items())
        return grown / 1e6 / seconds


def _is_counted(place: str) -> bool:
    return read_text(f"{place}/name").startswith(("package", "dram"))


def _read(place: str) -> tuple[int, int]:
    """Energy, and what it counts to, in microjoules."""
    return int(read_text(f"{place}/energy_uj")), int(read_text(f"{place}/max_energy_range_uj"))
