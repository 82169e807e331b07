"""Looks at each sample by all rules, and tells the verdicts that hold and those that ended lately."""

from collections import deque
from collections.abc import Sequence

import structlog
from msgspec import structs

from zeropoint.insight.verdicts.hysteresis import Course, advance
from zeropoint.insight.verdicts.moment import moment_of
from zeropoint.insight.verdicts.registry import RULES
from zeropoint.insight.verdicts.rule import Rule
from zeropoint.insight.verdicts.window import Window
from zeropoint.model import Sample, Verdict, VerdictEntry
from zeropoint.texts import clean, rfc3339

log = structlog.get_logger()
MOST_ACTIVE, MOST_ENDED, ENDED_KEPT_SECONDS = 32, 100, 24 * 3600.0
MOST_EVIDENCE = 12


class Observer:
    """For one thread. A rule that fails costs itself alone."""

    def __init__(self, rules: Sequence[Rule] = RULES) -> None:
        self._rules = rules
        self._window = Window()
        self._seen: str | None = None
        self._looked_at: dict[str, float] = {}
        self._courses: dict[str, dict[str, Course]] = {}
        self._ended: deque[tuple[float, VerdictEntry]] = deque(maxlen=MOST_ENDED)
        self._active: list[Verdict] = []
        self._failed: set[str] = set()

    def observe(self, sample: Sample | None) -> list[Verdict]:
        """The verdicts that hold after this sample; it is taken once."""
        if sample is None or sample.id == self._seen:
            return self._active
        self._seen = sample.id
        if self._window.add(moment_of(sample)):
            for rule in self._rules:
                self._look(rule)
            found = [_verdict(rule, one) for rule in self._rules for one in self._holding(rule)]
            self._active = sorted(found, key=lambda one: (one.since, one.id))[:MOST_ACTIVE]
        return self._active

    def told(self) -> list[VerdictEntry]:
        """Those that hold, then those that ended in the last day, the latest first; at most 132."""
        active = [VerdictEntry(**structs.asdict(one)) for one in self._active]
        now = self._window.now.at if self._window.moments else 0.0
        return [*active, *(entry for at, entry in reversed(self._ended) if now - at < ENDED_KEPT_SECONDS)]

    def _look(self, rule: Rule) -> None:
        now = self._window.now.at
        if 0 <= now - self._looked_at.get(rule.name, float("-inf")) < rule.every_seconds:
            return
        self._looked_at[rule.name] = now
        courses = self._courses.get(rule.name, {})
        try:
            found = [*rule.look(self._window, {subject for subject, one in courses.items() if one.holds})]
        except Exception:
            if rule.name not in self._failed:
                log.exception("a rule failed", rule=rule.name)
            self._failed.add(rule.name)
            found = []
        self._courses[rule.name], cleared = advance(rule, courses, found, now)
        for course in cleared:
            verdict = structs.asdict(_verdict(rule, course))
            self._ended.append((now, VerdictEntry(**{**verdict, "active": 0}, ended=rfc3339(now))))

    def _holding(self, rule: Rule) -> list[Course]:
        return [course for course in self._courses.get(rule.name, {}).values() if course.holds]


def _verdict(rule: Rule, course: Course) -> Verdict:
    finding = course.finding
    return Verdict(
        id=clean(f"{rule.name} {finding.subject}"),
        name=rule.name,
        workload=clean(finding.workload),
        subject=clean(finding.called),
        since=rfc3339(course.since),
        cause=finding.cause,
        says=clean(finding.says),
        evidence=[clean(text) for text in finding.evidence[:MOST_EVIDENCE]],
        refuted_by=rule.refuted_by,
    )
