"""The last rows of a file that grows, and the numbers in them."""

import json
import os
from collections.abc import Mapping
from math import isinf, isnan

from zeropoint.probe import Absent

TAIL_BYTES = 64 * 1024
LARGEST_COUNT = 2**53  # beyond it JavaScript, which reads the feed, has no exact numbers

Row = Mapping[str, object]


class Tail:
    """Reads what was appended since the last call, at most the last `limit_bytes`.

    A row counts once its line has ended. Another file under the name, or one that was cut, begins anew.
    """

    def __init__(self, limit_bytes: int = TAIL_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._file = (0, 0)
        self._offset = 0
        self._begun = b""
        self._headless = False  # the line under way began before what was read

    def read(self, descriptor: int) -> list[bytes]:
        """The lines that were completed since the last call, oldest first. Raises OSError."""
        status = os.fstat(descriptor)
        file = (status.st_dev, status.st_ino)
        if file != self._file or status.st_size < self._offset:
            self._file, self._offset, self._begun, self._headless = file, 0, b"", False
        start = max(self._offset, status.st_size - self._limit_bytes)
        if start > self._offset:
            self._begun, self._headless = b"", True
        data = os.pread(descriptor, self._limit_bytes, start)
        self._offset = start + len(data)
        *lines, self._begun = (self._begun + data).split(b"\n")
        if self._headless and lines:
            del lines[0]
            self._headless = False
        if len(self._begun) > self._limit_bytes:
            self._begun, self._headless = b"", True
        return lines


def parse_json_row(line: bytes) -> Row | None:
    """The object on one line; None for anything else. NaN and infinity, which Python writes, are taken."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def parse_curve_row(line: bytes) -> Row | None:
    """One line of loss_curve.csv, whose columns are step, loss, step_ms and tokens_s; None for any other."""
    try:
        step, loss, step_ms, tokens_s = map(float, line.split(b","))
    except ValueError:
        return None
    return {"step": step, "loss": loss, "step_ms": step_ms, "tokens_s": tokens_s}


def number(row: Row, *names: str, scale: float = 1.0) -> float | Absent:
    """The number under the first of these names that the row has."""
    for name in names:
        value = row.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            return Absent(f"{name} of the last row is no number")
        try:
            result = float(value) * scale
        except OverflowError:
            return Absent(f"{name} of the last row is too large")
        if isnan(result):
            return Absent("the last row says NaN")
        if isinf(result):
            return Absent("the last row says infinity")
        return result
    return Absent(f"the last row has no {names[0]}")


def count(row: Row, *names: str) -> int | Absent:
    """The whole number, not below 0, under the first of these names that the row has."""
    value = number(row, *names)
    if isinstance(value, Absent):
        return value
    if value < 0 or value > LARGEST_COUNT or value != int(value):
        return Absent(f"{next(name for name in names if row.get(name) is not None)} of the last row is no count")
    return int(value)
