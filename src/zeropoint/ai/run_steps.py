"""The rows of a run as columns: at most so many of them, spread over the whole file, at a bounded cost."""

import os
from collections.abc import Callable, Iterable, Sequence

from zeropoint.ai.rows import Row, number
from zeropoint.ai.run_entry import time_or_none
from zeropoint.model import RunSteps, Unavailable
from zeropoint.probe import Absent
from zeropoint.texts import clean, parse_time

# A file up to this size is read whole; of a larger one a piece is read for each point.
WHOLE_BYTES = 2 * 1024 * 1024
PIECE_BYTES = 4096
MOST_COLUMNS = 64
LONGEST_NAME = 64
# What the contract and the sample call it, by the name in the file; with the scale between their units.
NAMES = {
    "step_ms": ("step_seconds", 1e-3),
    "tokens_s": ("tokens_per_second", 1.0),
    "mem_used": ("memory_used_bytes", 1.0),
}


def spread_lines(descriptor: int, points: int) -> list[bytes]:
    """At most `points` whole lines, evenly over the file, the last one always among them. Raises OSError."""
    size = os.fstat(descriptor).st_size
    if size <= WHOLE_BYTES:
        return evenly(whole_lines(os.pread(descriptor, size, 0)), points)
    lines: list[bytes] = []
    for point in range(points - 1):
        offset = point * size // (points - 1)
        piece = os.pread(descriptor, PIECE_BYTES, offset)
        # It begins within a line, but for the first.
        found = whole_lines(piece if offset == 0 else piece.partition(b"\n")[2])
        lines += found[:1]
    return [*dict.fromkeys([*lines, *whole_lines(os.pread(descriptor, PIECE_BYTES, size - PIECE_BYTES))[-1:]])]


def whole_lines(data: bytes) -> list[bytes]:
    """Lines that have ended: the last one may still be under way, or torn."""
    return [line for line in data.split(b"\n")[:-1] if line]


def evenly(lines: Sequence[bytes], points: int) -> list[bytes]:
    if len(lines) <= points:
        return list(lines)
    last = len(lines) - 1
    return [lines[point * last // (points - 1)] for point in range(points)]


def columns_of(run: str, lines: Iterable[bytes], parse: Callable[[bytes], Row | None]) -> RunSteps:
    """The rows as columns. What is no row costs itself alone."""
    rows = [row for line in lines if (row := parse(line)) is not None]
    columns: dict[str, list[float | None]] = {}
    unavailable: list[Unavailable] = []
    for name in names_of(rows):
        called, scale = NAMES.get(name, (clean(name), 1.0))
        values = [number(row, name, scale=scale) for row in rows]
        column = [None if isinstance(value, Absent) else value for value in values]
        if called in columns:  # both names are used: the contract's own counts
            continue
        columns[called] = column
        if missing := sum(value is None for value in column):
            reason = f"{missing} of {len(rows)} rows have no such number"
            unavailable.append(Unavailable(path=f"columns.{called}", reason=reason))
    times = [parse_time(row.get("timestamp")) for row in rows]
    stamps = [time_or_none(when) for when in times]
    if None in stamps:
        reason = f"{stamps.count(None)} of {len(rows)} rows have no such time"
        unavailable.append(Unavailable(path="timestamps", reason=reason))
    return RunSteps(id=run, timestamps=stamps, columns=columns, unavailable=unavailable)


def names_of(rows: Iterable[Row]) -> list[str]:
    """The names under which some row has a number, the usual ones first; at most 64."""
    numbers = (
        name for row in rows for name, value in row.items() if len(name) <= LONGEST_NAME and type(value) in (int, float)
    )
    found: dict[str, None] = {}
    for name in numbers:
        found[name] = None
        if len(found) >= MOST_COLUMNS:
            break
    return sorted(found, key=lambda name: (name not in ("step", "loss"), name in NAMES))
