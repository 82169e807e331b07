"""When what a rule finds becomes a verdict, and when that is cleared. Pure."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, structs

from zeropoint.insight.verdicts.rule import UNKNOWN, Finding, Rule

# A verdict keeps its cause until another one was found for so long.
CAUSE_SECONDS = 5.0


class Course(Struct, frozen=True):
    """One subject of one rule. Times are in seconds since 1970: `first_at` it was found, `seen_at` last. `holds` says
    whether it is a verdict; `other` is a cause that is found instead of the verdict's, and since when."""

    finding: Finding
    first_at: float
    seen_at: float
    holds: bool = False
    other: tuple[str, float] | None = None

    @property
    def since(self) -> float:
        began = self.finding.began_at
        return self.first_at if began is None else began


def advance(
    rule: Rule, courses: Mapping[str, Course], found: Iterable[Finding], at: float
) -> tuple[dict[str, Course], list[Course]]:
    """The courses of a rule after a look, by subject, and those that are cleared by it, as they were."""
    going: dict[str, Course] = {}
    for finding in found:
        course = courses.get(finding.subject)
        if course is None:
            course = Course(finding, at, at)
        elif course.holds and rule.keeps_cause and finding.cause == UNKNOWN:
            course = structs.replace(course, seen_at=at)
        elif course.holds and finding.cause != course.finding.cause:
            course = _with_other_cause(course, finding, at)
        else:
            course = structs.replace(course, finding=_since_the_first(course, finding), seen_at=at, other=None)
        if not course.holds and at - course.first_at >= rule.begin_seconds:
            course = structs.replace(course, holds=True)
        going[finding.subject] = course
    cleared = []
    for subject, course in courses.items():
        if subject in going:
            continue
        if course.holds and at - course.seen_at < rule.clear_seconds:
            going[subject] = course
        elif course.holds:
            cleared.append(course)
    return going, cleared


def _with_other_cause(course: Course, finding: Finding, at: float) -> Course:
    """The evidence that named the cause stays with it."""
    since = course.other[1] if course.other is not None and course.other[0] == finding.cause else at
    if at - since >= CAUSE_SECONDS:
        return structs.replace(course, finding=_since_the_first(course, finding), seen_at=at, other=None)
    return structs.replace(course, seen_at=at, other=(finding.cause, since))


def _since_the_first(course: Course, finding: Finding) -> Finding:
    """A verdict began when it began: that is not told anew at each look."""
    return structs.replace(finding, began_at=course.finding.began_at) if course.holds else finding
