"""The kinds of comparison. Pure: what was seen in, what the number may be out. Those of counters are in growth.py."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from zeropoint.verify.facts import as_range
from zeropoint.verify.looks import Evidence

# The appliance rounds to six decimals, and the last digits of floats depend on the order of a sum. Counts are exact.
ROUNDING = 1e-6
RELATIVE_ROUNDING = 1e-12


class Expected(Struct, frozen=True):
    """What a number may be by the source: from `low` to `high`, give or take `tolerance`."""

    low: float
    high: float
    tolerance: float

    def holds(self, value: float) -> bool:
        rounding = ROUNDING + RELATIVE_ROUNDING * abs(value) if isinstance(value, float) else 0.0
        slack = self.tolerance + rounding
        return self.low - slack <= value <= self.high + slack


class Check(Struct, frozen=True):
    """How a metric is checked. In names of facts {name} stands for the metric's name, {row} for what it is a field
    of."""

    @abstractmethod
    def facts(self) -> tuple[str, ...]:
        """The facts that it needs, all from one source."""

    @abstractmethod
    def expect(self, evidence: Evidence) -> Expected | tuple[str, ...] | None:
        """What the number may be, by the facts under the names that facts() has; the texts that it may be where it is
        one; None where that takes a reading before this one."""


class Level(Check, frozen=True, kw_only=True):
    """A number that goes up and down: between the looks before and after, and beyond them no further than it moved from
    one look to another, or `floor` and `share` of it."""

    of: str = "{name}"
    floor: float = 0.0
    share: float = 0.0
    moves: bool = True

    def facts(self) -> tuple[str, ...]:
        return (self.of,)

    def expect(self, evidence: Evidence) -> Expected:
        one = evidence[self.of]
        before, after = one.now.before, one.now.after
        if isinstance(before, str) or isinstance(after, str):
            raise TypeError("a level is a number")
        ends = (as_range(before), as_range(after))
        low, high = min(end.low for end in ends), max(end.high for end in ends)
        tolerance = max(self.floor, self.share * abs(high), one.moved if self.moves else 0.0)
        return Expected(low, high, tolerance)


class Fixed(Check, frozen=True, kw_only=True):
    """A text, which may become another one between the looks."""

    def facts(self) -> tuple[str, ...]:
        return ("{name}",)

    def expect(self, evidence: Evidence) -> tuple[str, ...]:
        now = evidence["{name}"].now
        return str(now.before), str(now.after)


Values = Mapping[str, float | str]


class Derived(Check, frozen=True, kw_only=True):
    """A number that follows from others of the sample, which are checked themselves.

    `compute` gets the metric's name, the sample's values by name and those of the sample before; None where it does not
    follow. `source` says from what.
    """

    source: str
    compute: Callable[[str, Values, Values], float | None]

    def facts(self) -> tuple[str, ...]:
        return ()

    def expect(self, evidence: Evidence) -> None:
        return None


class Unchecked(Check, frozen=True):
    """No source tells of it."""

    reason: str

    def facts(self) -> tuple[str, ...]:
        return ()

    def expect(self, evidence: Evidence) -> None:
        return None


def seconds_of(moment: str) -> float:
    """A time of the wire's as seconds since 1970."""
    return datetime.fromisoformat(moment).timestamp()
