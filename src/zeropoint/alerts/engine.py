"""Looks at each sample by all rules: what happens, and what of it is to be told now. No I/O and no clock of its own:
times come from the samples."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import structs

from zeropoint.alerts import sentences
from zeropoint.alerts.course import Change, Course, advance
from zeropoint.alerts.finding import Finding, find
from zeropoint.alerts.kept import Kept, ended, restored
from zeropoint.alerts.known_series import KnownSeries
from zeropoint.alerts.rule import Rule
from zeropoint.alerts.step import Case, Moment, Step
from zeropoint.alerts.watched_time import WatchedTime
from zeropoint.model import AlertEvent, AlertEventKind, Sample

# Verdicts need to look for a while before they can hold again: until then an alert from before a restart stays.
SETTLE_SECONDS = 120.0
MOST_HELD = 200


class Engine:
    """`courses` has what is not ok by rule and subject, `findings` the newest look of each rule. Both are replaced and
    never changed, so that another thread may read them. `kept` are alerts from before a restart, `held` ends that were
    not told then for quiet hours; `next_id` is the first free number of an event."""

    def __init__(
        self, rules: Sequence[Rule], kept: Iterable[Kept] = (), held: Iterable[AlertEvent] = (), next_id: int = 1
    ) -> None:
        self.rules = {rule.name: rule for rule in rules}
        self.courses: Mapping[str, Mapping[str, Course]] = {name: {} for name in self.rules}
        self.findings: Mapping[str, Mapping[str, Finding]] = {name: {} for name in self.rules}
        self._kept = deque(kept)
        self._held = deque(held, maxlen=MOST_HELD)
        self._restored: set[tuple[str, str]] = set()
        self._known = {rule.name: KnownSeries(rule) for rule in rules if rule.missing == "fire"}
        self._next_id = next_id
        self._time = WatchedTime()

    def look(self, sample: Sample) -> list[Step]:
        """What happens by one sample, in the order in which it is to be told."""
        moment = Moment(sample.timestamp, datetime.fromisoformat(sample.timestamp))
        steps = self._restore(moment)
        self._time.follow(sample)
        steps += self._end_quiet(moment)
        courses: dict[str, Mapping[str, Course]] = {}
        findings: dict[str, Mapping[str, Finding]] = {}
        for name, rule in self.rules.items():
            found = find(rule, sample)
            if name in self._known:
                found = self._known[name].look(found, self._time.now)
            findings[name] = found
            courses[name], own = self._follow(rule, found, moment)
            steps += own
        self.courses, self.findings = courses, findings
        return steps

    def kept(self) -> list[Kept]:
        """What a restart is to be given."""
        return [
            Kept(name, subject, course.fired, course.told_time)
            for name, courses in self.courses.items()
            for subject, course in courses.items()
            if course.fired is not None
        ]

    def _follow(
        self, rule: Rule, found: Mapping[str, Finding], moment: Moment
    ) -> tuple[Mapping[str, Course], list[Step]]:
        before = self.courses[rule.name]
        after: dict[str, Course] = {}
        steps: list[Step] = []
        subjects = [*before, *(one for one, finding in found.items() if finding.standing == "beyond")]
        for subject in dict.fromkeys(subjects):
            case = Case(rule, subject, found.get(subject) or self._absent(rule, subject))
            course, change = advance(rule, before.get(subject), case.finding.standing, self._time.now, moment.time)
            if course is not None and course.state != "pending":
                course, own = self._tell(case, course, change, moment)
                steps += own
            if course is not None and change != "cleared":
                after[subject] = course
        return after, steps

    def _tell(self, case: Case, course: Course, change: Change | None, moment: Moment) -> tuple[Course, list[Step]]:
        """The course with what is told of it, and the steps for that."""
        is_quiet = case.rule.quiet.holds(moment.at)
        fired = course.fired
        if fired is None:
            event = self._event("fired", case, moment.time, sentences.fired, moment)
            course = structs.replace(course, fired=event)
            return (course, [Step(event, "hold")]) if is_quiet else (self._told(course, moment), [Step(event, "send")])
        if change == "cleared":
            gone_seconds = None if course.missing_at is None else self._time.now - course.missing_at
            event = self._event("cleared", case, fired.time, sentences.cleared(gone_seconds), moment)
            if course.told_time is None:
                return course, [Step(fired, "skip", is_new=False), Step(event, "skip")]
            if is_quiet:
                self._held.append(event)
            return course, [Step(event, "hold" if is_quiet else "send")]
        if is_quiet:
            return course, []
        if course.told_time is None:
            return self._told(course, moment), [Step(fired, "send", is_new=False)]
        repeat_seconds = case.rule.repeat_seconds
        if repeat_seconds and course.state == "firing" and self._time.now - course.told_at >= repeat_seconds:
            event = self._event("repeated", case, fired.time, sentences.firing, moment)
            return self._told(course, moment), [Step(event, "send")]
        return course, []

    def _told(self, course: Course, moment: Moment) -> Course:
        return structs.replace(course, told_time=moment.time, told_at=self._time.now)

    def _absent(self, rule: Rule, subject: str) -> Finding:
        """How something stands that is not in the sample. A verdict that is not told does not hold."""
        if rule.verdict is None:
            return Finding("missing")
        is_settling = (rule.name, subject) in self._restored and self._time.now < SETTLE_SECONDS
        return Finding("between" if is_settling else "back")

    def _end_quiet(self, moment: Moment) -> list[Step]:
        """Ends that were held back."""
        due = [
            event
            for event in self._held
            if event.name not in self.rules or not self.rules[event.name].quiet.holds(moment.at)
        ]
        for event in due:
            self._held.remove(event)
        return [Step(event, "send", is_new=False) for event in due]

    def _restore(self, moment: Moment) -> list[Step]:
        """Alerts from before the start go on, from the first sample on. What belongs to a rule that is gone ends
        without a notice. Each is taken off before it is looked at: one that cannot be restored must not come again
        with each sample."""
        steps: list[Step] = []
        while self._kept:
            kept = self._kept.popleft()
            rule = self.rules.get(kept.rule)
            if rule is None:
                steps.append(Step(ended(kept, self._new_id(), moment.time), "skip"))
            else:
                course = restored(kept, rule, moment.at)
                self.courses = {**self.courses, rule.name: {**self.courses[rule.name], kept.subject: course}}
                self._restored.add((rule.name, kept.subject))
        return steps

    def _event(
        self, kind: AlertEventKind, case: Case, since: str, sentence: sentences.Sentence, moment: Moment
    ) -> AlertEvent:
        return AlertEvent(
            id=self._new_id(),
            time=moment.time,
            kind=kind,
            name=case.rule.name,
            severity=case.rule.severity,
            subject=case.subject,
            since=since,
            value=case.finding.value,
            level=None if case.rule.verdict is not None else sentences.level(case.rule),
            for_seconds=case.rule.for_seconds,
            says=sentence(case.rule, case.subject, case.finding),
            evidence=list(case.finding.evidence),
        )

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1
