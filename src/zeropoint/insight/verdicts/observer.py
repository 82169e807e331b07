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
    """For one thread. A rule that fails costs itself alone: its verdicts are told no longer, nor as ended."""

    def __init__(self, rules: Sequence[Rule] = RULES) -> None:
        self._rules = rules
        self._window = Window()
        self._seen: str | None = None
        self._looked_at: dict[str, float] = {}
        self._courses: dict[str, dict[str, Course]] = {}
        self._ended: deque[tuple[float, VerdictEntry]] = deque(maxlen=MOST_ENDED)
        self._active: list[Verdict] = []
        self._failing: set[str] = set()
        self._logged: set[str] = set()

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

    def failures(self) -> list[str]:
        """A reason for each rule that failed when it looked last."""
        return [f"verdicts: the rule {name} failed, see the log" for name in sorted(self._failing)]

    def _look(self, rule: Rule) -> None:
        now, watched = self._window.now.at, self._window.watched_seconds
        if watched - self._looked_at.get(rule.name, float("-inf")) < rule.every_seconds:
            return
        self._looked_at[rule.name] = watched
        courses = self._courses.get(rule.name, {})
        try:
            found = [*rule.look(self._window, {subject for subject, one in courses.items() if one.holds})]
            self._failing.discard(rule.name)
        except Exception:
            if rule.name not in self._logged:
                log.exception("a rule failed", rule=rule.name)
            self._logged.add(rule.name)
            self._failing.add(rule.name)
            # What it told can not be upheld, but that it ended is not known either.
            self._courses[rule.name] = {}
            return
        self._courses[rule.name], cleared = advance(rule, courses, found, watched, now)
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
        cause=clean(finding.cause),
        says=clean(f"{finding.says}: {finding.because}" if finding.because else finding.says),
        evidence=[clean(text) for text in (*finding.evidence, *finding.grounds)[:MOST_EVIDENCE]],
        refuted_by=rule.refuted_by,
    )
