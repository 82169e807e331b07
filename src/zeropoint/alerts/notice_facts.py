"""What a notice says: to a command as variables and JSON, to an address as a title and a text. Pure."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from zeropoint.model import AlertEvent
from zeropoint.texts import clean

PREFIX = "ZP_ALERT_"
LONGEST_BODY = 4000
MOST_EVIDENCE = 16
WORDS: Mapping[str, str] = {"fired": "fires", "repeated": "still fires", "cleared": "has ended", "test": "is a test"}
# What apprise calls the kinds of a notice.
TYPES = {"info": "info", "warning": "warning", "critical": "failure"}


class NoticeFacts(Struct, frozen=True, kw_only=True):
    """What a command gets as JSON on its standard input; nulls as in AlertEvent. `event` is fired, repeated, cleared or
    test."""

    event: str
    id: int
    name: str
    severity: str
    subject: str
    value: float | str | None
    level: str | None
    for_seconds: float
    says: str
    evidence: list[str]
    since: str
    time: str
    host: str


def facts_of(event: AlertEvent, host: str) -> NoticeFacts:
    return NoticeFacts(
        event=event.kind,
        id=event.id,
        name=event.name,
        severity=event.severity,
        subject=clean(event.subject),
        value=clean(event.value) if isinstance(event.value, str) else event.value,
        level=event.level,
        for_seconds=event.for_seconds,
        says=clean(event.says),
        evidence=[clean(one) for one in event.evidence[:MOST_EVIDENCE]],
        since=event.since,
        time=event.time,
        host=clean(host),
    )


def variables_of(facts: NoticeFacts) -> dict[str, str]:
    """Its facts as ZP_ALERT_NAME and so on; evidence a line each. What is null is empty."""
    written = {**msgspec.structs.asdict(facts), "evidence": "\n".join(facts.evidence)}
    return {PREFIX + name.upper(): "" if value is None else str(value) for name, value in written.items()}


def json_of(facts: NoticeFacts) -> bytes:
    return msgspec.json.encode(facts)


def message_of(facts: NoticeFacts, address: str) -> bytes:
    """What apprise_sender.py gets: JSON with the address, so that no list of processes shows it."""
    at = f" on {facts.host}" if facts.host else ""
    lines = [facts.says, *facts.evidence, f"severity {facts.severity}, since {facts.since}, told at {facts.time}"]
    return msgspec.json.encode(
        {
            "address": address,
            "title": f"{facts.name} {WORDS[facts.event]}{at}",
            "body": "\n".join(lines)[:LONGEST_BODY],
            "type": "success" if facts.event == "cleared" else TYPES[facts.severity],
        }
    )
