"""What happens again and again is told once, and then counted: a flood of it must neither fill a disk nor cost much."""

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)


class Counted(NamedTuple, Generic[K]):
    """So many `more` of `key` in a period, the first of them at `since`; None: of all that there was no room for."""

    key: K | None
    more: int
    since: float


class Repeats(Generic[K]):
    """Counts by key within periods of so many seconds, at most `most` keys in one. Of those that `fold` makes the same
    at most `most_of_one`, and what comes beyond them is counted as what `fold` makes of it: so that nobody takes the
    room of all others."""

    def __init__(self, period_seconds: float, most: int, most_of_one: int, fold: Callable[[K], K]) -> None:
        self._period = period_seconds
        self._most = most
        self._most_of_one = most_of_one
        self._fold = fold
        self._ends_at: float | None = None
        self._counts: dict[K | None, tuple[int, float]] = {}
        self._keys_of: Counter[K] = Counter()

    def is_first(self, key: K, now: float) -> bool:
        """Notes one. Whether it is the first of its kind in this period, which is to be told at once."""
        if self._ends_at is None:
            self._ends_at = now + self._period
        counted: K | None = key
        if key not in self._counts:
            folded, has_room = self._fold(key), len(self._counts) < self._most
            if has_room and self._keys_of[folded] < self._most_of_one:
                self._keys_of[folded] += 1
                self._counts[key] = (0, now)
                return True
            counted = folded if has_room or folded in self._counts else None
        count, since = self._counts.get(counted, (0, now))
        self._counts[counted] = (count + 1, since if count else now)
        return False

    def due(self, now: float, *, all_of_them: bool = False) -> list[Counted[K]]:
        """What came after the first ones, once the period is over; a new one begins with the next."""
        if self._ends_at is None or not (all_of_them or now >= self._ends_at):
            return []
        counts, self._counts, self._ends_at = self._counts, {}, None
        self._keys_of.clear()
        return [Counted(key, count, since) for key, (count, since) in counts.items() if count]

    def statistics(self) -> dict[str, int]:
        return {"keys": len(self._counts)}
