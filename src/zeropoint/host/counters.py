"""Counters of devices that come and go: rates between two readings, and sums that never fall.

A sum over the devices that are there now falls when one leaves, and whoever computes rates of it takes that for a
reset and adds the whole sum again. So what a departed device counted stays in the sum.
"""

from collections.abc import Iterable, Mapping, Set

from zeropoint.probe import NEEDS_TWO_READINGS, Absent

Counts = tuple[int, ...]
WRAP = 2**32


def growth(last: Counts, counts: Counts) -> Counts | None:
    """How much each counter of one device grew; None when they began anew, or one went back without cause.

    Counters of 32 bits wrap: all of a 32-bit kernel, those of some network drivers, the milliseconds of
    /proc/diskstats. A wrap and a device that was replaced both show as a fall; but a new device starts all its
    counters from zero, while it would be a rare chance for all to wrap within one interval.
    """
    steps = tuple(value - before for before, value in zip(last, counts, strict=True))
    if min(steps) >= 0:
        return steps
    if all(step < 0 for before, step in zip(last, steps, strict=True) if before):
        return None
    for before, step in zip(last, steps, strict=True):
        # A real wrap leaves a small step from high in the range.
        if step < 0 and not (before < WRAP and step + WRAP < WRAP // 2):
            return None
    return tuple(step if step >= 0 else step + WRAP for step in steps)


class DeviceCounters:
    """Follows the same `width` counters of every device of a kind.

    After update(), `rates` has each device's counters per second or why there are none, `sum_rates` and `sums` those
    of the counted devices together. A device that has just come joins `sum_rates` with its second reading: what it
    had counted before it was seen isn't traffic of this interval.
    """

    def __init__(self, width: int) -> None:
        self.rates: dict[str, tuple[float, ...] | Absent] = {}
        self.sum_rates: tuple[float, ...] | Absent = Absent(NEEDS_TWO_READINGS)
        self.sums: Counts = (0,) * width
        self._lost: Counts = (0,) * width
        self._last: dict[str, Counts] = {}
        self._counted: Set[str] = frozenset()
        self._time: float | None = None

    def update(self, devices: Mapping[str, Counts], counted: Set[str], now: float) -> None:
        """Takes a reading at the monotonic time `now`. `counted` names the devices that the sums are made of."""
        seconds = 0.0 if self._time is None else now - self._time
        present = counted & devices.keys()
        self._lost = _sum(self._lost, (self._last[name] for name in self._counted - present))
        self.rates = {name: self._rates(name, counts, seconds, name in present) for name, counts in devices.items()}
        known = [rates for name in present if not isinstance(rates := self.rates[name], Absent)]
        if known or (seconds > 0 and not present):
            zero = (0.0,) * len(self._lost)
            self.sum_rates = tuple(map(sum, zip(zero, *known, strict=True)))
        else:
            self.sum_rates = next(
                (rates for name in present if isinstance(rates := self.rates[name], Absent)), Absent(NEEDS_TWO_READINGS)
            )
        self.sums = _sum(self._lost, (devices[name] for name in present))
        self._last, self._counted, self._time = dict(devices), present, now

    def _rates(self, name: str, counts: Counts, seconds: float, summed: bool) -> tuple[float, ...] | Absent:
        last = self._last.get(name)
        if last is None:
            return Absent(NEEDS_TWO_READINGS)
        grown = growth(last, counts)
        if summed and name in self._counted:
            self._lost = _sum(self._lost, [_lost_by_falls(last, counts, grown)])
        if grown is None:
            return Absent("the counter was reset")
        if seconds <= 0:
            return Absent(NEEDS_TWO_READINGS)
        return tuple(step / seconds for step in grown)


def _lost_by_falls(last: Counts, counts: Counts, grown: Counts | None) -> Counts:
    """What has to be added to a sum so that it goes on by `grown`, or at least doesn't fall."""
    steps = tuple(map(int.__sub__, counts, last))
    gain = grown or tuple(max(0, step) for step in steps)
    return tuple(map(int.__sub__, gain, steps))


def _sum(start: Counts, others: Iterable[Counts]) -> Counts:
    return tuple(map(sum, zip(start, *others, strict=True)))
