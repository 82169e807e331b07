"""Comparisons of what only grows: the counter itself, and what follows from its growth between two readings."""

from zeropoint.verify.compare import Check, Expected
from zeropoint.verify.facts import Range, as_range
from zeropoint.verify.looks import Evidence, grown


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
