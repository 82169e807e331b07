"""The table in amdgpu's file gpu_metrics: drivers/gpu/drm/amd/include/kgd_pp_interface.h.

Its layout differs by version. Taken are only fields whose meaning does not depend on the chip.
"""

import struct
from collections.abc import Mapping

from msgspec import Struct

from zeropoint.probe import Absent

HEADER = struct.Struct("<HBB")  # size, format, content
# By format and content: where the 64 bits of indep_throttle_status lie.
THROTTLE_AT: Mapping[tuple[int, int], int] = {(1, 3): 112, (2, 2): 120, (2, 3): 120, (2, 4): 120}
# Of the energy counter, in units of 2^-16 J.
ENERGY_AT: Mapping[tuple[int, int], int] = {(1, 4): 24, (1, 5): 88}
NOT_FILLED = 2**64 - 1

# drivers/gpu/drm/amd/pm/swsmu/inc/amdgpu_smu.h, SMU_THROTTLER_*_BIT: words for ranges of bits.
THROTTLERS: tuple[tuple[range, str], ...] = (
    (range(0, 16), "power limit"),
    (range(16, 32), "current limit"),
    (range(32, 34), "temperature of the chip"),
    (range(34, 35), "temperature of the memory"),
    (range(35, 36), "temperature at the edge"),
    (range(36, 37), "temperature of the hotspot"),
    (range(37, 38), "temperature of the chip"),
    (range(38, 42), "temperature of the voltage regulator"),
    (range(42, 44), "temperature of the coolant"),
    (range(44, 46), "temperature of the voltage regulator"),
    (range(46, 48), "hot signal from outside"),
    (range(56, 58), "limit of the firmware"),
)


class GpuMetrics(Struct, frozen=True):
    """`throttle_reasons` is empty when the clocks are free. `integrated`: the GPU is part of a processor."""

    integrated: bool
    throttle_reasons: list[str] | Absent
    energy_joules: float | Absent


def parse_gpu_metrics(content: bytes) -> GpuMetrics | None:
    """None for what is no such table."""
    if len(content) < HEADER.size:
        return None
    size, form, revision = HEADER.unpack_from(content)
    if not HEADER.size <= size <= len(content):
        return None
    version = f"version {form}.{revision} of gpu_metrics"

    def number(places: Mapping[tuple[int, int], int]) -> int | Absent:
        place = places.get((form, revision))
        if place is None or place + 8 > size:
            return Absent(f"{version} does not tell it")
        told: int = struct.unpack_from("<Q", content, place)[0]
        return Absent(f"the card leaves it out of {version}") if told == NOT_FILLED else told

    bits, energy = number(THROTTLE_AT), number(ENERGY_AT)
    return GpuMetrics(
        integrated=form >= 2,
        throttle_reasons=bits if isinstance(bits, Absent) else throttlers(bits),
        energy_joules=energy if isinstance(energy, Absent) else energy / 2**16,
    )


def throttlers(bits: int) -> list[str]:
    """The words for a set of throttlers; a bit that is not known is told by its number."""
    words: list[str] = []
    for place in range(bits.bit_length()):
        if bits >> place & 1:
            word = next((word for places, word in THROTTLERS if place in places), f"reason {place}")
            if word not in words:
                words.append(word)
    return words
