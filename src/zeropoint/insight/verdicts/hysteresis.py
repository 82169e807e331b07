"""When what a rule finds becomes a verdict, and when that is cleared. Pure.

How long it was found or missing is told by the time that was watched, which no clock that is set can change; since when
it holds by the machine's clock.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct, structs

from zeropoint.insight.verdicts.rule import UNKNOWN, Finding, Rule

# A verdict keeps its cause until another one was found for so long.
CAUSE_SECONDS = 5.0


class Course(Struct, frozen=True):
    """One subject of one rule. `found_at` is when it was found first, in seconds since 1970; `first_at` the same and
    `seen_at` when last, in seconds that were watched. `holds` says whether it is a verdict; `other` is a cause that is
    found instead of the verdict's, and since when."""

    finding: Finding
    found_at: float
    first_at: float
    seen_at: float
    holds: bool = False
    other: tuple[str, float] | None = None

    @property
    def since(self) -> float:
        began = self.finding.began_at
        return self.found_at if began is None else began


def advance(
    rule: Rule, courses: Mapping[str, Course], found: Iterable[Finding], at: float, now: float
) -> tuple[dict[str, Course], list[Course]]:
    """The courses of a rule after a look, by subject, and those that are cleared by it, as they were. `at` is in
    seconds that were watched, `now` in seconds since 1970."""
    going: dict[str, Course] = {}
    for finding in found:
        course = courses.get(finding.subject)
        if course is None:
            course = Course(finding, now, at, at)
        elif course.holds and rule.keeps_cause and finding.cause == UNKNOWN:
            course = structs.replace(course, finding=_with_its_cause(course, finding), seen_at=at, other=None)
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


def _with_its_cause(course: Course, finding: Finding) -> Finding:
    """What is found now, but for the cause that was found before."""
    was = course.finding
    kept = structs.replace(finding, cause=was.cause, because=was.because, grounds=was.grounds)
    return _since_the_first(course, kept)
