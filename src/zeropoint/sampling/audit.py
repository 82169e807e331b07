"""Holds each reading to the law as it comes in: a number is finite, and a null has a reason. Rounds numbers on the way.

A reading is audited once, when it is taken, on the thread that took it: what is read seldom costs a tick nothing.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from zeropoint.model import Section
from zeropoint.probe import Absent, Probe, Reading

NOT_FINITE = "the reading is no finite number"
NO_REASON = "not read, and its probe gives no reason"
# More is noise of division, and would be a fifth of what is sent.
DECIMALS = 6
# Texts that say nothing when they are null: the field itself is the reason of another value.
FREE_TO_BE_NULL = frozenset({"reason", "since"})
INDEX = re.compile(r"\[\d+\]")
PLAIN = frozenset({str, int, bool})


class Audited(Struct, frozen=True):
    """A reading that may become part of a sample.

    `values` are the fields that a struct report fills, `rows` the sections of a list report; `reasons` those of all
    nulls by their whole path, rows counted from 0.
    """

    values: Mapping[str, Any]
    rows: Sequence[Section] | None
    reasons: Mapping[str, str]
    report: Section | Sequence[Section]


def audit(probe: Probe, reading: Reading | Absent) -> Audited | Absent:
    """The reading, checked and rounded. Raises TypeError for what no sample can hold: a probe of others may answer with
    anything, and what JSON has no form for would cost the whole sample."""
    if isinstance(reading, Absent):
        return reading
    if not isinstance(reading, Reading):
        raise TypeError(f"a probe reads a Reading or Absent, not {type(reading).__name__}")
    reasons = {
        f"{probe.section}{'' if path[:1] in ('', '[') else '.'}{path}": why for path, why in reading.missing.items()
    }
    if isinstance(reading.report, Section):
        names = probe.fields or reading.report.__struct_fields__
        report = _section(reading.report, probe.section, reasons, False, names)
        return Audited({name: getattr(report, name) for name in names}, None, reasons, report)
    rows = _value(list(reading.report), probe.section, reasons, False)
    if not all(isinstance(row, Section) for row in rows):
        raise TypeError("a report is a Section or a list of them")
    return Audited({}, rows, reasons, rows)


def _section(
    section: Any, path: str, reasons: dict[str, str], covered: bool, names: Sequence[str] | None = None
) -> Any:
    changed: dict[str, Any] = {}
    for name in names or section.__struct_fields__:
        value = getattr(section, name)
        kind = type(value)
        if kind in PLAIN:
            if kind is str:
                value.encode()  # a lone surrogate has no form in UTF-8, and raises
        elif kind is float:
            if not math.isfinite(value):
                changed[name] = None
                reasons[f"{path}.{name}"] = NOT_FINITE
            elif (rounded := round(value, DECIMALS)) != value:
                changed[name] = rounded
        elif value is None:
            if not covered and name not in FREE_TO_BE_NULL and not _has_reason(f"{path}.{name}", reasons):
                reasons[f"{path}.{name}"] = NO_REASON
        else:
            below = f"{path}.{name}"
            audited = _value(value, below, reasons, covered or below in reasons)
            if audited is not value:
                changed[name] = audited
    return structs.replace(section, **changed) if changed else section


def _has_reason(path: str, reasons: Mapping[str, str]) -> bool:
    """Its own, or one of every row of the lists that it lies in: ledger.workloads[*].gpu_percent."""
    return path in reasons or ("[" in path and INDEX.sub("[*]", path) in reasons)


def _value(value: Any, path: str, reasons: dict[str, str], covered: bool) -> Any:
    if isinstance(value, Section):
        return _section(value, path, reasons, covered)
    if isinstance(value, list):
        return [_item(item, f"{path}[{index}]", reasons, covered) for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {name: _item(item, f"{path}.{name}", reasons, covered) for name, item in value.items()}
    raise TypeError(f"{path} is {type(value).__name__}, which no sample can hold")


def _item(item: Any, path: str, reasons: dict[str, str], covered: bool) -> Any:
    kind = type(item)
    if kind in PLAIN:
        if kind is str:
            item.encode()
        return item
    if kind is float:
        if math.isfinite(item):
            return round(item, DECIMALS)
        reasons[path] = NOT_FINITE
        return None
    covered = covered or path in reasons
    if item is None:
        if not covered:
            reasons[path] = NO_REASON
        return None
    return _value(item, path, reasons, covered)
