"""The tables [[alert]] of the settings file, checked, as rules."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from zeropoint.alerts.durations import ALLOWED as DURATION
from zeropoint.alerts.durations import parse_duration
from zeropoint.alerts.patterns import known, nearest
from zeropoint.alerts.quiet import ALLOWED as SPANS
from zeropoint.alerts.quiet import Quiet, Span, is_zone, parse_spans
from zeropoint.alerts.rule import Missing, Rule
from zeropoint.alerts.table_reader import AlertsError, TableReader, one_of, tables_of, texts
from zeropoint.catalogue import Spec

TABLE = "alert"
MOST_RULES = 256
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
NAME_ALLOWED = "1 to 64 letters, digits, dots, dashes and _"
KEYS = (
    "name", "metric", "verdict", "above", "below", "is", "clear", "for", "clear_for", "missing", "severity", "notify",
    "repeat", "quiet", "timezone",
)  # fmt: skip
# What says something of a metric's value.
OF_METRICS = ("above", "below", "is", "clear", "missing")
VERDICTS = (
    "stalled", "input-bound", "throttled", "memory-creep", "contention", "slow-since", "saturated", "disk-full",
)  # fmt: skip
LEAST_REPEAT_SECONDS = 60.0


def parse_rules(given: object, specs: Sequence[Spec], channels: Collection[str]) -> tuple[Rule, ...]:
    """The rules out of what TOML made of the tables. `specs` are all metrics that there can be, `channels` the names of
    those that are set. Raises AlertsError."""
    rules: dict[str, Rule] = {}
    for number, table in enumerate(tables_of(given, TABLE, MOST_RULES), 1):
        rule = _rule(table, number, specs, channels)
        if rule.name in rules:
            raise AlertsError(f"[[{TABLE}]] {rule.name!r}: name: there are two rules of that name")
        rules[rule.name] = rule
    return tuple(rules.values())


def name_of(table: Mapping[str, Any], kind: str, number: int) -> str:
    name = table.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise AlertsError(f"[[{kind}]] number {number}: name: it is needed; it is {NAME_ALLOWED}")
    return name


def _rule(table: Mapping[str, Any], number: int, specs: Sequence[Spec], channels: Collection[str]) -> Rule:
    name = name_of(table, TABLE, number)
    reader = TableReader(table, f"[[{TABLE}]] {name!r}", KEYS)
    metric = reader.take("metric", _text, "a text", None)
    verdict = reader.take("verdict", one_of(*VERDICTS, "*"), f"* or one of {', '.join(VERDICTS)}", None)
    if (metric is None) == (verdict is None):
        raise reader.wrong("metric", "one of metric and verdict is needed, and not both")
    above, below, clear = reader.number("above"), reader.number("below"), reader.number("clear")
    missing: Missing = reader.take("missing", one_of("ignore", "fire"), "ignore or fire", "ignore")
    words: tuple[str, ...] = reader.take("is", texts, "a word of the state, or a list of such", ())
    if verdict is not None:
        for key in OF_METRICS:
            if key in reader:
                raise reader.wrong(key, "it goes with metric alone; a verdict holds or does not")
    else:
        _check_level(reader, above, below, clear, words=words, fires_when_missing=missing == "fire")
        _check_metric(reader, metric or "", specs, words=words, has_level=above is not None or below is not None)
    for_seconds = reader.take("for", parse_duration, DURATION, 0.0)
    return Rule(
        name=name,
        severity=reader.take("severity", one_of("info", "warning", "critical"), "info, warning or critical", "warning"),
        metric=metric,
        verdict=verdict,
        above=above,
        below=below,
        clear=clear,
        words=words,
        for_seconds=for_seconds,
        clear_for_seconds=reader.take("clear_for", parse_duration, DURATION, for_seconds),
        missing=missing,
        quiet=_quiet(reader),
        repeat_seconds=_repeat(reader),
        notify=_notify(reader, channels),
    )


def _check_level(
    reader: TableReader,
    above: float | None,
    below: float | None,
    clear: float | None,
    *,
    words: tuple[str, ...],
    fires_when_missing: bool,
) -> None:
    given = [key for key, value in (("above", above), ("below", below), ("is", words or None)) if value is not None]
    if len(given) > 1:
        raise reader.wrong(given[1], "one of above, below and is may stand; for a range two rules are written")
    if not given and not fires_when_missing:
        raise reader.wrong("above", 'one of above, below and is is needed, or missing = "fire"')
    if clear is None:
        return
    if above is None and below is None:
        raise reader.wrong("clear", "it goes with above or below")
    if above is not None and clear > above:
        raise reader.wrong("clear", f"{clear:g} is above {above:g}, where it fires; it is at most that")
    if below is not None and clear < below:
        raise reader.wrong("clear", f"{clear:g} is below {below:g}, where it fires; it is at least that")


def _check_metric(
    reader: TableReader, metric: str, specs: Sequence[Spec], *, words: tuple[str, ...], has_level: bool
) -> None:
    found = set(known(metric, [spec.name for spec in specs]))
    if not found:
        near = nearest(metric, [spec.name for spec in specs])
        meant = f"; perhaps {near}" if near else ""
        raise reader.wrong("metric", f"there is none that {metric!r} stands for{meant}; zeropoint metrics lists them")
    states = [spec for spec in specs if spec.name in found and spec.kind == "state"]
    if not words:
        if has_level and len(states) == len(found):
            raise reader.wrong("metric", f"{metric!r} is a state: it is given as is, and not above or below")
        return
    allowed = dict.fromkeys(word for spec in states for word in spec.states)
    if not allowed:
        raise reader.wrong("is", f"{metric!r} is a number: above or below is given for it")
    for word in words:
        if word not in allowed:
            raise reader.wrong("is", f"{word!r} is not allowed; it is one of {', '.join(allowed)}")


def _quiet(reader: TableReader) -> Quiet:
    spans: tuple[Span, ...] = reader.take("quiet", parse_spans, SPANS, ())
    zone = reader.take("timezone", _text, "a text", None)
    if zone is not None:
        if not spans:
            raise reader.wrong("timezone", "it goes with quiet")
        if not is_zone(zone):
            raise reader.wrong("timezone", f"this system knows no time zone {zone!r}; it is a name as in Europe/Berlin")
    return Quiet(spans, zone)


def _repeat(reader: TableReader) -> float | None:
    seconds = reader.take("repeat", parse_duration, DURATION, None)
    if seconds is not None and seconds < LEAST_REPEAT_SECONDS:
        raise reader.wrong("repeat", f"{seconds:g} s is too often; it is at least {LEAST_REPEAT_SECONDS:g} s")
    return seconds


def _notify(reader: TableReader, channels: Collection[str]) -> tuple[str, ...]:
    names: tuple[str, ...] = reader.take("notify", texts, "a name of a channel, or a list of such", ())
    for name in names:
        if name not in channels:
            there = ", ".join(channels) or "none"
            raise reader.wrong("notify", f"there is no channel {name[:64]!r} in [[notify]]; there are: {there}")
    return tuple(dict.fromkeys(names))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 500 else None
