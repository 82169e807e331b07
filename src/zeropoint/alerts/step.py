"""What the engine works with and answers with."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from zeropoint.alerts.finding import Finding
from zeropoint.alerts.rule import Rule
from zeropoint.model import AlertEvent


class Step(Struct, frozen=True):
    """An event, and what is to be done with its notices: sent, held until quiet hours end, or not sent at all."""

    event: AlertEvent
    action: Literal["send", "hold", "skip"]
    is_new: bool = True


class Moment(Struct, frozen=True):
    """A sample's time, as it was written and as it is reckoned with."""

    time: str
    at: datetime


class Case(Struct, frozen=True):
    """One series or verdict of a rule, as it is found now."""

    rule: Rule
    subject: str
    finding: Finding
