"""Alerts as the rest of the appliance sees them: samples go in, notices go out, and it tells how it fares."""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import structlog

from zeropoint.alerts.channel import Channel
from zeropoint.alerts.engine import Engine
from zeropoint.alerts.event_log import EventLog
from zeropoint.alerts.inbox import Inbox
from zeropoint.alerts.line import Line, Patience
from zeropoint.alerts.notice_facts import facts_of
from zeropoint.alerts.rule import Rule
from zeropoint.alerts.state_file import FILE, State, StateFile, load
from zeropoint.alerts.step import Step
from zeropoint.alerts.telling import alerts_of, count, rule_entry, target_entries
from zeropoint.model import Alert, AlertEvent, AlertRule, AlertsReport, AlertTarget, Notice, NoticeStatus, Sample

log = structlog.get_logger()
# Programs that send notices at a time.
MOST_SENDING = 4
STOP_SECONDS = 0.5
STATUS_OF: Mapping[str, NoticeStatus] = {"send": "waiting", "hold": "held", "skip": "not-sent"}
SKIPPED = "it ended before it was told"


class Alerts:
    """The rules, what looks at each sample by them, and the lines to all targets. `data` is the data directory; `claim`
    makes it this process's, or raises OSError: before that nothing is written there."""

    def __init__(
        self,
        rules: Sequence[Rule],
        channels: Sequence[Channel],
        data: Path,
        claim: Callable[[], None] = lambda: None,
        *,
        patience: Patience | None = None,
    ) -> None:
        self._rules = tuple(rules)
        self._file = data / FILE
        self._state_file = StateFile(self._file, claim)
        self._inbox = Inbox()
        self._engine = Engine(rules)
        self._log = EventLog()
        slots = threading.BoundedSemaphore(MOST_SENDING)
        self._lines = {
            channel.name: [Line(target, self._tell, slots, patience) for target in channel.targets]
            for channel in channels
        }
        self._firing: list[Alert] = []
        self._host = ""
        self._saved_changes = 0
        self._is_restored = False
        self._unsent: list[AlertEvent] = []
        self._fault: str | None = None
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        self._state_file.start()
        self._thread.start()

    def stop(self) -> None:
        """Ends what is being sent; what was not delivered is sent after the next start."""
        self._inbox.close()
        for line in self._all_lines():
            line.close()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)
        if self._is_restored:
            self._save()
        self._state_file.stop(STOP_SECONDS)

    def put(self, sample: Sample) -> None:
        """Takes a sample; never waits."""
        self._inbox.put(sample)

    def firing(self) -> list[Alert]:
        """What fires, for the next sample."""
        return self._firing

    def report(self) -> AlertsReport:
        lines = self._all_lines()
        return AlertsReport(
            rules=len(self._rules),
            firing=count(self._engine.courses, fired=True),
            pending=count(self._engine.courses, fired=False),
            waiting_notices=sum(line.waiting for line in lines),
            delivered_total=sum(line.delivered_total for line in lines),
            failed_total=sum(line.failed_total for line in lines),
            dropped_total=sum(line.dropped_total for line in lines),
            missed_samples_total=self._inbox.missed_total,
        )

    def rules(self) -> list[AlertRule]:
        courses, findings = self._engine.courses, self._engine.findings
        return [rule_entry(rule, courses[rule.name], findings[rule.name]) for rule in self._rules]

    def events(self) -> list[AlertEvent]:
        """The newest first."""
        return self._log.events()[::-1]

    def targets(self) -> list[AlertTarget]:
        return target_entries(self._all_lines())

    def failures(self) -> list[str]:
        """What is wrong, a line each."""
        troubles = [f"alerts: notices to {line.trouble}" for line in self._all_lines() if line.trouble is not None]
        return [*troubles, *(one for one in (self._state_file.failure, self._fault) if one is not None)]

    def _all_lines(self) -> list[Line]:
        return [line for lines in self._lines.values() for line in lines]

    def _lines_of(self, event: AlertEvent) -> list[Line]:
        rule = self._engine.rules.get(event.name)
        return [] if rule is None else [line for name in rule.notify for line in self._lines[name]]

    def _run(self) -> None:
        self._restore()
        while (sample := self._inbox.take()) is not None:
            try:
                self._look(sample)
                self._fault = None
            except Exception:
                # Our own failure, by one sample; the next may well do.
                log.exception("the rules of alerts could not be looked at")
                self._fault = "alerts: the rules could not be looked at; the log says why"

    def _restore(self) -> None:
        state = load(self._file)
        self._log = EventLog(state.events)
        held = [one for one in state.events if one.kind == "cleared" and _is(one, "held")]
        next_id = max((one.id for one in state.events), default=0) + 1
        self._engine = Engine(self._rules, state.firing, held, next_id)
        self._is_restored = True
        self._unsent = [event for event in state.events if _is(event, "waiting")]

    def _look(self, sample: Sample) -> None:
        host = sample.system.host
        self._host = (host.name if host is not None else None) or ""
        unsent, self._unsent = self._unsent, []
        for event in unsent:
            self._send(event)
        for step in self._engine.look(sample):
            self._take(step)
        self._firing = alerts_of(self._engine.rules, self._engine.courses, self._engine.findings)
        if self._log.changes != self._saved_changes:
            self._save()

    def _take(self, step: Step) -> None:
        event = step.event
        if step.is_new:
            self._log.add(event)
            log.info("alert", name=event.name, event_kind=event.kind, subject=event.subject, says=event.says)
        if step.action == "send":
            self._send(event)
        else:
            reason = SKIPPED if step.action == "skip" else None
            notices = [line.notice(STATUS_OF[step.action], reason=reason) for line in self._lines_of(event)]
            self._log.set_notices(event.id, notices)

    def _send(self, event: AlertEvent) -> None:
        """To the targets that have not got it yet."""
        had = {(one.channel, one.target) for one in event.notices if one.status == "delivered"}
        lines = self._lines_of(event)
        due = [line for line in lines if (line.target.channel, line.target.kind) not in had]
        self._log.set_notices(event.id, [line.notice("waiting" if line in due else "delivered") for line in lines])
        for line in due:
            line.put(facts_of(event, self._host))

    def _tell(self, id: int, notice: Notice) -> None:
        self._log.tell(id, notice)

    def _save(self) -> None:
        self._saved_changes = self._log.changes
        self._state_file.put(State(firing=self._engine.kept(), events=self._log.events()))


def _is(event: AlertEvent, status: str) -> bool:
    return any(notice.status == status for notice in event.notices)
