"""The rows of the result: each number of the sample against the first source that tells of it."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from zeropoint.model import Sample
from zeropoint.texts import clean
from zeropoint.verify.checks.registry import CHECKS, FURTHER
from zeropoint.verify.compare import Check, Derived, Expected, Unchecked, Values
from zeropoint.verify.looks import Log, Seen, Span, seen
from zeropoint.verify.told import Told, reason_of, reasons, told

# Each of the parts that a number follows from was rounded to six decimals.
PARTS_ROUNDING = 1e-4
NO_SOURCE = "no second source tells of it here"
NOT_TWICE = "the source tells of no growth to compare with in this time"
Status = Literal["ok", "differs", "not checked"]


class Row(Struct, frozen=True, kw_only=True):
    """One comparison. The source's number lies between `low` and `high`, a text is in `text`; `reason` says why it was
    not checked, or what kept a better source from answering."""

    metric: str
    status: Status
    value: float | str | None = None
    low: float | None = None
    high: float | None = None
    text: str | None = None
    tolerance: float | None = None
    source: str | None = None
    reason: str | None = None


class Reader(Struct, frozen=True):
    """A probe of the appliance. `paths` are what it fills; `failure` says why it did not read all the time."""

    paths: tuple[str, ...]
    readings: Sequence[Span]
    failure: str | None = None


def rows(sample: Sample, before: Sample, readers: Sequence[Reader], logs: Sequence[Log]) -> list[Row]:
    """A row for each number of `sample`, and one for each metric that it has none of; `before` is the one before it."""
    known, numbers = reasons(sample), list(told(sample))
    values = {each.name: each.value for each in numbers}, {each.name: each.value for each in told(before)}
    by_family: dict[str, list[Told]] = {}
    for each in numbers:
        by_family.setdefault(each.family, []).append(each)
    result = []
    for family, check in CHECKS.items():
        reader = reader_of(family, readers)
        if family not in by_family:
            result.append(_null(family, reader, known))
        for each in by_family.get(family, ()):
            result.append(_row(each, check, reader, logs, values))
            if family in FURTHER:
                result.append(_row(each, FURTHER[family], reader, logs, values))
    return result


def reader_of(name: str, readers: Sequence[Reader]) -> Reader | None:
    """The probe that fills it: where several fill what it lies in, that with the nearest path that has read."""
    found = [
        (len(path), reader)
        for reader in readers
        for path in reader.paths
        if name == path or name.startswith((f"{path}.", f"{path}["))
    ]
    nearest = max((length for length, _ in found), default=0)
    candidates = [reader for length, reader in found if length == nearest]
    return next((reader for reader in candidates if reader.readings), candidates[0] if candidates else None)


def _null(family: str, reader: Reader | None, known: Mapping[str, str]) -> Row:
    if reader is not None and reader.failure is not None:
        return Row(metric=family, status="differs", reason=f"the appliance does not read it: {clean(reader.failure)}")
    return Row(metric=family, status="not checked", reason=f"null: {clean(reason_of(family, known))}")


def _row(number: Told, check: Check, reader: Reader | None, logs: Sequence[Log], values: tuple[Values, Values]) -> Row:
    row = Row(metric=clean(number.name), status="not checked", value=_shown(number.value))
    if reader is not None and reader.failure is not None:
        return replace(row, status="differs", reason=f"the appliance does not read it: {clean(reader.failure)}")
    if isinstance(check, Unchecked):
        return replace(row, reason=check.reason)
    if isinstance(check, Derived):
        amount = check.compute(number.name, *values)
        if amount is None:
            return replace(row, reason=f"{check.source}: null")
        return _judged(row, number.value, Expected(amount, amount, PARTS_ROUNDING), check.source, None)
    names = {
        fact: fact.replace("{name}", number.name).replace("{row}", number.name.rpartition(".")[0])
        for fact in check.facts()
    }
    failure = None
    for log in logs:
        if log.failure is not None:
            if failure is None and any(name.startswith(log.source.tells) for name in names.values()):
                failure = log.failure
            continue
        evidence = _evidence(log, names, reader, isinstance(number.value, str))
        if evidence is None:
            continue
        expected = check.expect(evidence)
        if expected is None:
            return replace(row, source=log.source.name, reason=NOT_TWICE)
        return _judged(row, number.value, expected, log.source.name, failure)
    return replace(row, reason=failure or NO_SOURCE)


def _evidence(log: Log, names: Mapping[str, str], reader: Reader | None, as_text: bool) -> Mapping[str, Seen] | None:
    """What one source says of all facts that a check needs; None where it does not tell of one of them, or tells a text
    for a number."""
    found = {}
    for fact, name in names.items():
        one = seen(log, name, reader.readings if reader else ())
        if one is None or one.is_text != as_text:
            return None
        found[fact] = one
    return found


def _judged(row: Row, value: float | str, expected: Expected | tuple[str, ...], source: str, reason: str | None) -> Row:
    if isinstance(expected, tuple):
        status: Status = "ok" if value in expected else "differs"
        return replace(row, status=status, text=clean(expected[-1]), source=source, reason=reason)
    status = "ok" if not isinstance(value, str) and expected.holds(value) else "differs"
    # JSON has no infinity.
    high = expected.high if isfinite(expected.high) else None
    return replace(
        row, status=status, low=expected.low, high=high, tolerance=expected.tolerance, source=source, reason=reason
    )


def _shown(value: float | str) -> float | str:
    return clean(value) if isinstance(value, str) else value
