"""What the sources told, look by look, and what that says about a number that was read between two looks."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from zeropoint.verify.facts import Fact, Facts, Range, as_range
from zeropoint.verify.source import Source


class Span(Struct, frozen=True):
    """When a reading was made, in monotonic seconds. `is_exact`: its rates count from `began`; else from some moment of
    it."""

    began: float
    ended: float
    is_exact: bool = True


class Look(Struct, frozen=True):
    """What one source told between two monotonic times."""

    began: float
    ended: float
    facts: Facts


class Log(Struct):
    """All looks at one source in their order; `failure` says why it was given up."""

    source: Source
    looks: list[Look]
    failure: str | None = None


class Around(Struct, frozen=True):
    """A fact in the last look before a reading and in the first one after it."""

    before: Fact
    after: Fact


class Seen(Struct, frozen=True):
    """What a source says about a number of the appliance.

    `earlier` is around the reading before this one, and `seconds` the time between the two: None where there was none.
    `moved` is by how much the fact moved at most from one look to the next.
    """

    now: Around
    earlier: Around | None
    seconds: Range | None
    moved: float

    @property
    def is_text(self) -> bool:
        facts = [fact for each in (self.now, self.earlier) if each for fact in (each.before, each.after)]
        return any(isinstance(fact, str) for fact in facts)


def around(log: Log, fact: str, span: Span) -> Around | None:
    before = [look for look in log.looks if look.ended <= span.began]
    after = [look for look in log.looks if look.began >= span.ended]
    if not before or not after or fact not in before[-1].facts or fact not in after[0].facts:
        return None
    return Around(before[-1].facts[fact], after[0].facts[fact])


def seen(log: Log, fact: str, readings: Sequence[Span]) -> Seen | None:
    """`readings` are the probe's, the last one is what is compared. None where the source says nothing about it."""
    now = around(log, fact, readings[-1]) if readings else None
    if now is None:
        return None
    earlier = around(log, fact, readings[-2]) if len(readings) > 1 else None
    seconds = between(readings[-2], readings[-1]) if earlier else None
    return Seen(now, earlier, seconds, _moved(log, fact))


def between(one: Span, two: Span) -> Range:
    """How long after one reading another was made."""
    if one.is_exact and two.is_exact:
        return Range(two.began - one.began, two.began - one.began)
    return Range(max(0.0, two.began - one.ended), two.ended - one.began)


def _moved(log: Log, fact: str) -> float:
    told = [as_range(value) for look in log.looks if not isinstance(value := look.facts.get(fact, ""), str)]
    steps = pairwise(told)
    return max((max(abs(b.low - a.low), abs(b.high - a.high)) for a, b in steps), default=0.0)


def grown(one: Seen) -> Range | None:
    """By how much a counter grew from the earlier reading to this one: no less and no more than between the looks
    around them."""
    if one.earlier is None:
        return None
    ends = (one.earlier.before, one.earlier.after, one.now.before, one.now.after)
    first, second, third, last = (as_range(end) for end in ends if not isinstance(end, str))
    return Range(max(0.0, third.low - second.high), max(0.0, last.high - first.low))


Evidence = Mapping[str, Seen]
