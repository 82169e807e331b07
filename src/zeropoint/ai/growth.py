"""The rate of many counters together, while their owners come and go."""

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

from zeropoint.probe import NEEDS_TWO_READINGS, Absent

Owner = TypeVar("Owner", bound=Hashable)


class Growth:
    """Sums what counters have grown by between two readings; one that was not there at both is left out."""

    def __init__(self) -> None:
        self._last: tuple[float, dict[Any, float]] | None = None

    def per_second(self, totals: Mapping[Owner, float], now: float) -> float | Absent:
        """`totals` by owner; `now` in monotonic seconds. A counter that fell was reset, and counts as still."""
        last, self._last = self._last, (now, dict(totals))
        if last is None or now <= last[0] or (totals and not last[1].keys() & totals.keys()):
            return Absent(NEEDS_TWO_READINGS)
        grown = sum(max(0.0, total - last[1].get(owner, total)) for owner, total in totals.items())
        return grown / (now - last[0])
