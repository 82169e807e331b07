"""What happens again and again is told once, and then counted: a flood of it must neither fill a disk nor cost much."""

from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)


class Counted(NamedTuple, Generic[K]):
    """So many `more` of `key` in a period, the first of them at `since`; None: of all that there was no room for."""

    key: K | None
    more: int
    since: float


class Repeats(Generic[K]):
    """Counts by key within periods of so many seconds, at most so many keys in one."""

    def __init__(self, period_seconds: float, most: int) -> None:
        self._period = period_seconds
        self._most = most
        self._ends_at: float | None = None
        self._counts: dict[K | None, tuple[int, float]] = {}

    def is_first(self, key: K, now: float) -> bool:
        """Notes one. Whether it is the first of its kind in this period, which is to be told at once."""
        known = self._counts.get(key)
        if known is None:
            if self._ends_at is None:
                self._ends_at = now + self._period
            if len(self._counts) < self._most:
                self._counts[key] = (0, now)
                return True
            count, since = self._counts.get(None, (0, now))
            self._counts[None] = (count + 1, since)
            return False
        count, since = known
        self._counts[key] = (count + 1, since if count else now)
        return False

    def due(self, now: float, *, all_of_them: bool = False) -> list[Counted[K]]:
        """What came after the first ones, once the period is over; a new one begins with the next."""
        if self._ends_at is None or not (all_of_them or now >= self._ends_at):
            return []
        counts, self._counts, self._ends_at = self._counts, {}, None
        return [Counted(key, count, since) for key, (count, since) in counts.items() if count]

    def statistics(self) -> dict[str, int]:
        return {"keys": len(self._counts)}
