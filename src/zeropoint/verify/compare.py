"""The kinds of comparison. Pure: what was seen in, what the number may be out."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from zeropoint.verify.facts import Range, as_range
from zeropoint.verify.looks import Evidence, grown

# The appliance rounds to six decimals, and floats have some sixteen digits.
ROUNDING = 1e-6
RELATIVE_ROUNDING = 1e-9


class Expected(Struct, frozen=True):
    """What a number may be by the source: from `low` to `high`, give or take `tolerance`."""

    low: float
    high: float
    tolerance: float

    def holds(self, value: float) -> bool:
        slack = self.tolerance + ROUNDING + RELATIVE_ROUNDING * abs(value)
        return self.low - slack <= value <= self.high + slack


class Check(Struct, frozen=True):
    """How a metric is checked. In names of facts {name} stands for the metric's name, {row} for what it is a field
    of."""

    @abstractmethod
    def facts(self) -> tuple[str, ...]:
        """The facts that it needs, all from one source."""

    @abstractmethod
    def expect(self, evidence: Evidence) -> Expected | str | None:
        """What the number may be, by the facts under the names that facts() has; a text where it is a text, None where
        that takes a reading before this one."""


class Level(Check, frozen=True, kw_only=True):
    """A number that goes up and down: between the looks before and after, and beyond them no further than it moved from
    one look to another, or `floor` and `share` of it."""

    of: str = "{name}"
    floor: float = 0.0
    share: float = 0.0
    moves: bool = True

    def facts(self) -> tuple[str, ...]:
        return (self.of,)

    def expect(self, evidence: Evidence) -> Expected | str:
        one = evidence[self.of]
        before, after = one.now.before, one.now.after
        if isinstance(before, str) or isinstance(after, str):
            raise TypeError("a level is a number")
        ends = (as_range(before), as_range(after))
        low, high = min(end.low for end in ends), max(end.high for end in ends)
        tolerance = max(self.floor, self.share * abs(high), one.moved if self.moves else 0.0)
        return Expected(low, high, tolerance)


class Fixed(Check, frozen=True, kw_only=True):
    """A text that stays."""

    def facts(self) -> tuple[str, ...]:
        return ("{name}",)

    def expect(self, evidence: Evidence) -> str:
        return str(evidence["{name}"].now.after)


class Counter(Check, frozen=True, kw_only=True):
    """A number that only grows: between the looks. `slack` is for counters that are taken back a little."""

    of: str = "{name}"
    slack: float = 0.0

    def facts(self) -> tuple[str, ...]:
        return (self.of,)

    def expect(self, evidence: Evidence) -> Expected:
        now = evidence[self.of].now
        return Expected(_low(now.before), _high(now.after), self.slack)


class Rate(Check, frozen=True, kw_only=True):
    """The growth of counters per second, times `scale`. The time is the probe's own, so all room is what they grew by
    while looks were taken."""

    of: tuple[str, ...]
    scale: float = 1.0
    slack: float = 0.0
    top: float = float("inf")

    def facts(self) -> tuple[str, ...]:
        return self.of

    def expect(self, evidence: Evidence) -> Expected | None:
        growth, seconds = _together(self.of, evidence), evidence[self.of[0]].seconds
        if growth is None or seconds is None or seconds.low <= 0:
            return None
        low, high = (self.scale * amount for amount in (growth.low / seconds.high, growth.high / seconds.low))
        return Expected(min(self.top, low), min(self.top, high), self.slack * self.scale / seconds.low)


class Share(Check, frozen=True, kw_only=True):
    """How much of the growth of `part` and `rest` together is part's, in percent; `slack` is how far each may be
    off."""

    part: tuple[str, ...]
    rest: tuple[str, ...]
    slack: float = 0.0

    def facts(self) -> tuple[str, ...]:
        return self.part + self.rest

    def expect(self, evidence: Evidence) -> Expected | None:
        part, rest = _together(self.part, evidence), _together(self.rest, evidence)
        if part is None or rest is None or part.low + rest.low <= 0:
            return None
        tolerance = 100.0 * self.slack / (part.low + rest.low)
        return Expected(_percent(part.low, rest.high), _percent(part.high, rest.low), tolerance)


class Mean(Check, frozen=True, kw_only=True):
    """Growth of `amount` for each by which `count` grew."""

    amount: str
    count: str

    def facts(self) -> tuple[str, ...]:
        return (self.amount, self.count)

    def expect(self, evidence: Evidence) -> Expected | None:
        amount, count = grown(evidence[self.amount]), grown(evidence[self.count])
        if amount is None or count is None or not count.high:
            return None
        return Expected(amount.low / count.high, amount.high / count.low if count.low else float("inf"), 0.0)


Values = Mapping[str, float | str]


class Derived(Check, frozen=True, kw_only=True):
    """A number that follows from others of the sample, which are checked themselves.

    `compute` gets the metric's name, the sample's values by name and those of the sample before; None where it does not
    follow. `source` says from what.
    """

    source: str
    compute: Callable[[str, Values, Values], float | None]
    share: float = 1e-6

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


def _together(names: tuple[str, ...], evidence: Evidence) -> Range | None:
    parts = [grown(evidence[name]) for name in names]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return Range(sum(part.low for part in known), sum(part.high for part in known))


def _percent(part: float, rest: float) -> float:
    return 100.0 * part / (part + rest) if part + rest > 0 else 0.0


def _low(fact: float | Range | str) -> float:
    return as_range(fact).low if not isinstance(fact, str) else float("nan")


def _high(fact: float | Range | str) -> float:
    return as_range(fact).high if not isinstance(fact, str) else float("nan")
