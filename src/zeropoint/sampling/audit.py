"""Holds each sample to the law: a number is finite, and a null has a reason. Rounds numbers on the way."""

import math
from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import structs

from zeropoint.model import Section

NOT_FINITE = "the reading is no finite number"
NO_REASON = "not read, and its probe gives no reason"
# More is noise of division, and would be a fifth of what is sent.
DECIMALS = 6
# Texts that say nothing when they are null: the field itself is the reason of another value.
FREE_TO_BE_NULL = frozenset({"reason", "since"})


S = TypeVar("S", bound=Section)


def audit(section: S, path: str, reasons: dict[str, str]) -> S:
    """The section, rounded, and without numbers that are not finite.

    `reasons` holds those that are known by path, an entry for a parent covers its children; what is null without one is
    added.
    """
    return _section(section, path, reasons, path in reasons)


def _section(section: S, path: str, reasons: dict[str, str], covered: bool) -> S:
    changed: dict[str, Any] = {}
    for name in section.__struct_fields__:
        value = getattr(section, name)
        kind = type(value)
        if kind is str or kind is int or kind is bool:
            continue
        if kind is float:
            if not math.isfinite(value):
                changed[name] = None
                reasons[f"{path}.{name}"] = NOT_FINITE
            elif (rounded := round(value, DECIMALS)) != value:
                changed[name] = rounded
        elif value is None:
            if not covered and name not in FREE_TO_BE_NULL and f"{path}.{name}" not in reasons:
                reasons[f"{path}.{name}"] = NO_REASON
        else:
            below = f"{path}.{name}"
            audited = _value(value, below, reasons, covered or below in reasons)
            if audited is not value:
                changed[name] = audited
    return structs.replace(section, **changed) if changed else section


def _value(value: Any, path: str, reasons: dict[str, str], covered: bool) -> Any:
    if isinstance(value, Section):
        return _section(value, path, reasons, covered)
    if isinstance(value, list):
        items = [_item(item, f"{path}[{index}]", reasons, covered) for index, item in enumerate(value)]
        return value if all(map(_same, items, value)) else items
    if isinstance(value, Mapping):
        rows = {name: _item(item, f"{path}.{name}", reasons, covered) for name, item in value.items()}
        return value if all(rows[name] is item for name, item in value.items()) else rows
    return value


def _same(one: Any, other: Any) -> bool:
    return one is other


def _item(item: Any, path: str, reasons: dict[str, str], covered: bool) -> Any:
    kind = type(item)
    if kind is str or kind is int:
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
