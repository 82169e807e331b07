"""Puts the readings of one tick together to a Sample."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, get_args, get_type_hints

from msgspec import Struct

from zeropoint.model import Ai, Component, Sample, Section, Server, System, Unavailable
from zeropoint.probe import Absent, Probe, Reading
from zeropoint.sampling.audit import audit

COMPONENTS = "ai.components."
# What the contract names and this version does not compute.
NOT_IN_THIS_VERSION = {
    "verdicts": "this version draws no verdicts",
    "ledger": "this version keeps no ledger of workloads",
}


class Answer(Struct, frozen=True):
    """What is known of one probe: its last reading, or why there is none."""

    probe: Probe
    reading: Reading | Absent | None
    reason: str | None


class SelfReport(Struct, frozen=True):
    """The appliance on itself, with the reason for each null in it by its path below `server`."""

    server: Server
    missing: Mapping[str, str]


def assemble(id: str, timestamp: str, interval_seconds: float, answers: Iterable[Answer], own: SelfReport) -> Sample:
    """The sample out of the probes' answers and the appliance's self-report, audited."""
    fields: dict[str, dict[str, Any]] = {}
    components: dict[str, Component] = {}
    reasons = dict(NOT_IN_THIS_VERSION)
    for answer in answers:
        if answer.probe.section.startswith(COMPONENTS):
            components[answer.probe.section.removeprefix(COMPONENTS)] = _component(answer, reasons)
        else:
            _place(answer, fields, reasons)
    system = audit(_build(System, "system", fields), "system", reasons)
    ai = audit(Ai(components=components), "ai", reasons)
    reasons.update(below("server", own.missing))
    server = audit(own.server, "server", reasons)
    unavailable = [Unavailable(path=path, reason=reasons[path]) for path in sorted(reasons)]
    return Sample(
        id=id,
        timestamp=timestamp,
        interval_seconds=interval_seconds,
        system=system,
        ai=ai,
        server=server,
        unavailable=unavailable,
    )


def _component(answer: Answer, reasons: dict[str, str]) -> Component:
    section = answer.probe.section
    if isinstance(answer.reading, Reading) and isinstance(answer.reading.report, Component):
        reasons.update(below(section, answer.reading.missing))
        return answer.reading.report
    reason = answer.reading.reason if isinstance(answer.reading, Absent) else answer.reason or "not read yet"
    reasons[section] = reason
    report = answer.probe.report if issubclass(answer.probe.report, Component) else Component
    return report(status="unknown", reason=reason)


def _place(answer: Answer, fields: dict[str, dict[str, Any]], reasons: dict[str, str]) -> None:
    section, reading = answer.probe.section, answer.reading
    parent, _, name = section.rpartition(".")
    if isinstance(reading, Reading):
        report, offset = reading.report, 0
        if isinstance(report, Section):
            names = answer.probe.fields or report.__struct_fields__
            fields.setdefault(section, {}).update({field: getattr(report, field) for field in names})
        else:
            rows = fields.setdefault(parent, {}).setdefault(name, [])
            offset = len(rows)
            rows.extend(report)
            # Another probe of this list found nothing: no reason to tell when this one did.
            reasons.pop(section, None)
        reasons.update(below(section, reading.missing, offset))
        return
    reason = reading.reason if isinstance(reading, Absent) else answer.reason or "not read yet"
    if answer.probe.fields:
        fields.setdefault(section, {})  # its keys stay, with null in them
    for path in [f"{section}.{field}" for field in answer.probe.fields] or [section]:
        if name in fields.get(parent, {}):
            continue
        reasons[path] = f"{reasons[path]}; {reason}" if path in reasons else reason


def below(section: str, missing: Mapping[str, str], offset: int = 0) -> dict[str, str]:
    """The reasons of a reading by their whole paths. `offset` rows of the list at `section` stand before its own."""
    paths = {}
    for path, reason in missing.items():
        if path.startswith("["):
            index, _, rest = path[1:].partition("]")
            paths[f"{section}[{int(index) + offset}]{rest}"] = reason
        else:
            paths[f"{section}.{path}"] = reason
    return paths


def _build(section: type[Section], path: str, fields: dict[str, dict[str, Any]]) -> Any:
    """The section at `path`, with what lies below it; None where nothing was read there."""
    given = fields.get(path)
    for name, kind in _sections_below(section):
        built = _build(kind, f"{path}.{name}", fields)
        if built is not None:
            given = {**(given or {}), name: built}
    return None if given is None and section is not System else section(**(given or {}))


@cache
def _sections_below(section: type[Section]) -> tuple[tuple[str, type[Section]], ...]:
    found = []
    for name, kind in get_type_hints(section).items():
        found += [
            (name, choice) for choice in get_args(kind) if isinstance(choice, type) and issubclass(choice, Section)
        ]
    return tuple(found)
