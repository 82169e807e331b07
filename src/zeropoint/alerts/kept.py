"""Alerts that fire, as they outlive a restart: they are not told again, and their end will be. Pure."""

from datetime import datetime

from msgspec import Struct, structs

from zeropoint.alerts.course import Course
from zeropoint.alerts.rule import Rule
from zeropoint.model import AlertEvent
from zeropoint.texts import parse_time


class Kept(Struct, frozen=True):
    """`told_time` is when it was last given to its channels."""

    rule: str
    subject: str
    fired: AlertEvent
    told_time: str | None = None


def restored(kept: Kept, rule: Rule, moment: datetime) -> Course:
    """The course that goes on at an aware moment, which is the engine's 0. What a clock that was set says of the last
    notice counts for no more than one interval of repetition, and what is no time, as in a file that is damaged, for
    nothing: it was told all the same."""
    told = parse_time(kept.told_time)
    passed = 0.0 if told is None else moment.timestamp() - told
    told_at = -min(max(0.0, passed), rule.repeat_seconds or 0.0)
    return Course("firing", 0.0, kept.fired.since, kept.fired, kept.told_time, told_at)


def ended(kept: Kept, id: int, time: str) -> AlertEvent:
    """What is recorded of one whose rule is no more."""
    says = f"there is no rule {kept.rule} any more"
    return structs.replace(kept.fired, id=id, kind="cleared", time=time, value=None, says=says, evidence=[], notices=[])
