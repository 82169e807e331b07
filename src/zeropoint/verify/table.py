"""The result as a table of plain text."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from zeropoint.verify.rows import Row

HEADINGS = ("STATUS", "METRIC", "APPLIANCE", "SOURCE TELLS", "TOLERANCE", "SOURCE")
WIDEST = 64


def table(rows: Sequence[Row]) -> list[str]:
    """Lines: the comparisons in columns, then what was not checked, then the counts."""
    compared = [row for row in rows if row.status != "not checked"]
    lines = _aligned([HEADINGS, *map(_cells, compared)])
    left_out = [row for row in rows if row.status == "not checked"]
    if left_out:
        lines += ["", *_aligned([("STATUS", "METRIC", "REASON"), *_grouped(left_out)])]
    return [*lines, "", summary(rows)]


def summary(rows: Sequence[Row]) -> str:
    counts = {status: sum(row.status == status for row in rows) for status in ("ok", "differs", "not checked")}
    return f"{counts['ok']} ok, {counts['differs']} differ, {counts['not checked']} not checked"


def number(value: float | str | None) -> str:
    """Counts in full, other numbers with what digits tell anything."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return _cut(value)
    if float(value).is_integer():
        return str(int(value))
    return f"{value:.3f}" if abs(value) >= 1 else f"{value:.3g}"


def _cells(row: Row) -> tuple[str, ...]:
    span = number(row.low) if row.low == row.high else f"{number(row.low)} .. {number(row.high)}"
    source = row.source or ""
    if row.reason is not None:
        source = f"{source} ({row.reason})" if source else row.reason
    return (
        row.status,
        _cut(row.metric),
        number(row.value),
        _cut(row.text) if row.text is not None else span,
        number(row.tolerance),
        source,
    )


def _grouped(rows: Iterable[Row]) -> list[tuple[str, ...]]:
    """A line for each reason within a section: a machine without GPUs lacks seventy metrics for one reason."""
    lines: list[tuple[str, ...]] = []
    for (section, reason), group in groupby(rows, key=lambda row: (_section(row.metric), row.reason or "")):
        names = [row.metric for row in group]
        name = _cut(names[0]) if len(names) == 1 else f"{section}.* ({len(names)} metrics)"
        lines.append(("not checked", name, reason))
    return lines


def _section(metric: str) -> str:
    return ".".join(metric.split(".")[:2])


def _cut(text: str) -> str:
    """The end of a metric's name says most, and its beginning where it belongs."""
    return text if len(text) <= WIDEST else f"{text[: WIDEST // 2]}…{text[-WIDEST // 2 + 1 :]}"


def _aligned(lines: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
