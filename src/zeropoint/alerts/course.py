"""How an alert goes: ok, pending, firing, clearing, ok. Pure: times go in, the next state comes out."""

from typing import Literal

from msgspec import Struct, structs

from zeropoint.alerts.rule import Rule, Standing
from zeropoint.model import AlertEvent

Change = Literal["fired", "cleared"]
# A value that is missing is no recovery; but what is gone for good must not fire for ever.
GONE_SECONDS = 300.0


class Course(Struct, frozen=True):
    """One series or verdict of a rule that is not ok. Times are the engine's, in seconds, `since` is the sample's.

    `fired` is the event of its firing, None while it is pending; `told_time` and `told_at` are when it was last given
    to its channels, by the sample and the engine. `missing_at` is since when it has had no value; that time is taken
    out, by moving `entered_at`, when it has one again.
    """

    state: Literal["pending", "firing", "clearing"]
    entered_at: float
    since: str
    fired: AlertEvent | None = None
    told_time: str | None = None
    told_at: float = 0.0
    missing_at: float | None = None


def advance(
    rule: Rule, course: Course | None, standing: Standing, now: float, time: str
) -> tuple[Course | None, Change | None]:
    """The course after a look, None for ok, and what changed by it. `time` is that of the sample."""
    if course is None:
        if standing != "beyond":
            return None, None
        course = Course("pending", now, time)
    if standing == "missing":
        since = now if course.missing_at is None else course.missing_at
        is_gone = now - since >= GONE_SECONDS
        if course.state == "pending" and is_gone:
            return None, None
        return structs.replace(course, missing_at=since), "cleared" if is_gone else None
    if course.missing_at is not None:
        # Time without a value is neither time beyond the level nor time back from it.
        watched_from = course.entered_at + now - course.missing_at
        course = structs.replace(course, entered_at=watched_from, missing_at=None)
    if course.state == "pending":
        if standing != "beyond":
            return None, None
        if now - course.entered_at < rule.for_seconds:
            return course, None
        return Course("firing", now, time), "fired"
    if standing != "back":
        if course.state == "clearing":
            course = structs.replace(course, state="firing", entered_at=now, since=time)
        return course, None
    if course.state == "firing":
        course = structs.replace(course, state="clearing", entered_at=now, since=time)
    return course, "cleared" if now - course.entered_at >= rule.clear_for_seconds else None
