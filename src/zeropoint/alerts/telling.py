"""What others are told of rules and their alerts. Pure."""

from collections.abc import Iterable, Mapping

from zeropoint.alerts import sentences
from zeropoint.alerts.course import Course
from zeropoint.alerts.finding import Finding
from zeropoint.alerts.line import Line
from zeropoint.alerts.rule import Rule
from zeropoint.model import Alert, AlertInstance, AlertRule, AlertState, AlertTarget
from zeropoint.texts import clean

Courses = Mapping[str, Mapping[str, Course]]
Findings = Mapping[str, Mapping[str, Finding]]
MOST_ALERTS, MOST_INSTANCES = 32, 20
GRAVITY = ("critical", "warning", "info")
WORST: tuple[AlertState, ...] = ("firing", "clearing", "pending")
NOTHING = Finding("missing")


def alerts_of(rules: Mapping[str, Rule], courses: Courses, findings: Findings) -> list[Alert]:
    """What fires, for the next sample: the gravest first, then the newest."""
    found: dict[str, Alert] = {}
    for name, rule in rules.items():
        for subject, course in courses[name].items():
            if course.fired is None:
                continue
            finding = findings[name].get(subject, NOTHING)
            alert = Alert(
                id=clean(f"{name} {subject}"),
                name=name,
                severity=rule.severity,
                subject=subject,
                since=course.fired.since,
                says=sentences.firing(rule, subject, finding),
            )
            found.setdefault(alert.id, alert)
    newest_first = sorted(found.values(), key=lambda alert: alert.since, reverse=True)
    return sorted(newest_first, key=lambda alert: GRAVITY.index(alert.severity))[:MOST_ALERTS]


def count(courses: Courses, *, fired: bool) -> int:
    """How many have fired and have not ended, or are pending."""
    return sum((course.fired is not None) == fired for own in courses.values() for course in own.values())


def rule_entry(rule: Rule, courses: Mapping[str, Course], findings: Mapping[str, Finding]) -> AlertRule:
    subjects = dict.fromkeys([*sorted(courses, key=lambda one: WORST.index(courses[one].state)), *findings])
    states = {course.state for course in courses.values()}
    return AlertRule(
        name=rule.name,
        severity=rule.severity,
        metric=rule.metric,
        verdict=rule.verdict,
        above=rule.above,
        below=rule.below,
        ends_at=rule.clear,
        words=list(rule.words),
        for_seconds=rule.for_seconds,
        clear_for_seconds=rule.clear_for_seconds,
        missing=rule.missing,
        quiet=rule.quiet.written(),
        timezone=rule.quiet.zone,
        repeat_seconds=rule.repeat_seconds,
        notify=list(rule.notify),
        state=next((state for state in WORST if state in states), "ok"),
        series_count=len(subjects),
        instances=[
            _instance(subject, courses.get(subject), findings.get(subject, NOTHING))
            for subject in list(subjects)[:MOST_INSTANCES]
        ],
    )


def target_entries(lines: Iterable[Line]) -> list[AlertTarget]:
    return [
        AlertTarget(
            channel=line.target.channel,
            target=line.target.kind,
            waiting=line.waiting,
            delivered_total=line.delivered_total,
            failed_total=line.failed_total,
            dropped_total=line.dropped_total,
            trouble=line.trouble,
        )
        for line in lines
    ]


def _instance(subject: str, course: Course | None, finding: Finding) -> AlertInstance:
    state: AlertState = "ok" if course is None else course.state
    return AlertInstance(
        subject=subject, state=state, since=None if course is None else course.since, value=finding.value
    )
