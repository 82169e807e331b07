"""Puts the readings of one tick together to a Sample."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, get_args, get_type_hints

from msgspec import Struct, structs

from zeropoint.model import (
    FRESH_SECONDS,
    Ai,
    Alert,
    Component,
    Ledger,
    LiveRun,
    Sample,
    Section,
    Server,
    System,
    Unavailable,
    Verdict,
)
from zeropoint.probe import Absent, Probe
from zeropoint.sampling.audit import Audited

COMPONENTS = "ai.components."
LEDGER, RUNS = "ledger", "ai.runs"
NO_PROBE = "nothing reads it on this system"


class Answer(Struct, frozen=True):
    """What is known of one probe: its last reading, or why there is none. `reason` is set where it is in trouble, also
    when there is a reading, which was begun `age_seconds` ago."""

    probe: Probe
    reading: Audited | Absent | None
    reason: str | None
    age_seconds: float | None = None

    @property
    def excuse(self) -> str:
        """Why there is no reading."""
        return self.reading.reason if isinstance(self.reading, Absent) else self.reason or "not read yet"

    @property
    def outdated(self) -> bool:
        """Whether the probe is in trouble, and has been for so long that its reading tells no state any more."""
        return self.reason is not None and (self.age_seconds is None or self.age_seconds > FRESH_SECONDS)


class SelfReport(Struct, frozen=True):
    """The appliance on itself, with the reason for each null in it by its path below `server`."""

    server: Server
    missing: Mapping[str, str]


def assemble(
    id: str,
    timestamp: str,
    interval_seconds: float,
    answers: Iterable[Answer],
    own: SelfReport,
    *,
    verdicts: Sequence[Verdict] = (),
    alerts: Sequence[Alert] = (),
) -> Sample:
    """The sample out of the probes' answers, the self-report, and the verdicts and alerts by earlier samples."""
    fields: dict[str, dict[str, Any]] = {}
    components: dict[str, Component] = {}
    reasons: dict[str, str] = {}
    ledger: Ledger | None = None
    runs: list[LiveRun] | None = None
    for answer in answers:
        if answer.probe.section == LEDGER:
            ledger = _ledger(answer, reasons)
        elif answer.probe.section == RUNS:
            runs = _runs(answer, reasons)
        elif answer.probe.section.startswith(COMPONENTS):
            components[answer.probe.section.removeprefix(COMPONENTS)] = _component(answer, reasons)
        else:
            _place(answer, fields, reasons)
    if ledger is None:
        reasons.setdefault(LEDGER, NO_PROBE)
    if runs is None:
        reasons.setdefault(RUNS, NO_PROBE)
    system = _build_system(fields, reasons)
    for path, reason in own.missing.items():
        reasons[f"server.{path}"] = reason
    return Sample(
        id=id,
        timestamp=timestamp,
        interval_seconds=interval_seconds,
        system=system,
        ai=Ai(components=components, runs=runs),
        verdicts=[*verdicts],
        alerts=[*alerts],
        ledger=ledger,
        server=own.server,
        unavailable=[Unavailable(path=path, reason=reasons[path]) for path in sorted(reasons)],
    )


def _ledger(answer: Answer, reasons: dict[str, str]) -> Ledger | None:
    if isinstance(answer.reading, Audited) and isinstance(answer.reading.report, Ledger):
        reasons.update(answer.reading.reasons)
        return answer.reading.report
    reasons[LEDGER] = answer.excuse
    return None


def _runs(answer: Answer, reasons: dict[str, str]) -> list[LiveRun] | None:
    if isinstance(answer.reading, Audited) and answer.reading.rows is not None:
        reasons.update(answer.reading.reasons)
        return [row for row in answer.reading.rows if isinstance(row, LiveRun)]
    reasons[RUNS] = answer.excuse
    return None


def _component(answer: Answer, reasons: dict[str, str]) -> Component:
    reading = answer.reading
    if isinstance(reading, Audited) and isinstance(reading.report, Component):
        reasons.update(reading.reasons)
        # Its values stay, as everywhere; that it is at work is a claim of now, which an old reading cannot make.
        return _unknown(answer, reading.report) if answer.outdated else reading.report
    reasons[answer.probe.section] = answer.excuse
    report = answer.probe.report if issubclass(answer.probe.report, Component) else Component
    return report(status="unknown", reason=answer.excuse)


def _unknown(answer: Answer, report: Component) -> Component:
    return structs.replace(report, status="unknown", since=None, reason=answer.excuse)


def _place(answer: Answer, fields: dict[str, dict[str, Any]], reasons: dict[str, str]) -> None:
    section, reading = answer.probe.section, answer.reading
    if not isinstance(reading, Audited):
        _excuse(answer, fields, reasons)
    elif reading.rows is None:
        fields.setdefault(section, {}).update(reading.values)
        reasons.update(reading.reasons)
    else:
        parent, _, name = section.rpartition(".")
        rows = fields.setdefault(parent, {}).setdefault(name, [])
        # Another probe of this list that found nothing needs no excuse, since this one did.
        reasons.pop(section, None)
        reasons.update(counted_on(section, reading.reasons, len(rows)))
        rows.extend(reading.rows)


def _excuse(answer: Answer, fields: dict[str, dict[str, Any]], reasons: dict[str, str]) -> None:
    section = answer.probe.section
    parent, _, name = section.rpartition(".")
    if answer.probe.fields:
        fields.setdefault(section, {})  # its keys stay, with null in them
    elif name in fields.get(parent, {}):
        return
    for path in [f"{section}.{field}" for field in answer.probe.fields] or [section]:
        reasons[path] = f"{reasons[path]}; {answer.excuse}" if path in reasons else answer.excuse


def counted_on(section: str, reasons: Mapping[str, str], offset: int) -> Mapping[str, str]:
    """The reasons of rows of a list before which `offset` others stand."""
    if not offset:
        return reasons
    counted = {}
    for path, reason in reasons.items():
        index, _, rest = path.removeprefix(f"{section}[").partition("]")
        counted[f"{section}[{int(index) + offset}]{rest}"] = reason
    return counted


def _build_system(fields: dict[str, dict[str, Any]], reasons: dict[str, str]) -> System:
    """Puts the sections that were read into those that hold them, and accounts for the fields that nothing fills."""
    fields.setdefault("system", {})
    for path, kind in _sections_from_below():
        given = fields.get(path)
        if given is None:
            continue
        for name in kind.__struct_fields__:
            if name not in given and f"{path}.{name}" not in reasons:
                reasons[f"{path}.{name}"] = NO_PROBE
        parent, _, name = path.rpartition(".")
        fields.setdefault(parent, {})[name] = kind(**given)
    system: System = fields[""]["system"]
    return system


@cache
def _sections_from_below() -> tuple[tuple[str, type[Section]], ...]:
    """The paths of `system` and of all sections in it; each stands after those that it holds."""

    def walk(path: str, section: type[Section]) -> Iterator[tuple[str, type[Section]]]:
        for name, kind in get_type_hints(section).items():
            for choice in get_args(kind):
                if isinstance(choice, type) and issubclass(choice, Section):
                    yield from walk(f"{path}.{name}", choice)
        yield path, section

    return tuple(walk("system", System))
