"""Series out of a CSV file: a column `timestamp` of seconds, and one column a series. Empty and NaN cells are holes."""

import csv
import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from zeropoint.insight.series import Series
from zeropoint.texts import clean

TIME_COLUMN = "timestamp"
MOST_SERIES = 256
MOST_CELLS = 10_000_000
# Squares of larger ones, and their sums, would be infinite.
LARGEST_VALUE = 1e100
HOLES = frozenset({"", "nan"})


class Rows(Protocol):
    """What csv.reader gives."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


class CsvError(ValueError):
    """What is wrong with the file, and where; fit to be shown."""


def read_csv(path: Path) -> list[Series]:
    """Raises CsvError for what is no such file, OSError where it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return parse_csv(file)
    except UnicodeDecodeError:
        raise CsvError("it is not UTF-8 text") from None


def parse_csv(lines: Iterable[str]) -> list[Series]:
    """The series in the order of their columns; all have the same times. Raises CsvError."""
    rows = csv.reader(lines, strict=True)
    try:
        names = _names(next(rows, []))
        table = _table(names, rows)
    except csv.Error as error:
        raise CsvError(f"line {rows.line_num}: {error}") from None
    at = names.index(TIME_COLUMN)
    times = np.ascontiguousarray(table[:, at])
    return [
        Series(name, times, np.ascontiguousarray(table[:, column])) for column, name in enumerate(names) if column != at
    ]


def _names(header: Sequence[str]) -> list[str]:
    names = [name.strip() for name in header]
    if TIME_COLUMN not in names:
        found = f"the columns are {_list(names)}" if any(names) else "it has no header"
        raise CsvError(f"there is no column {TIME_COLUMN!r}; {found}")
    if "" in names:
        raise CsvError(f"column {names.index('') + 1} has no name")
    if len(names) - 1 > MOST_SERIES:
        raise CsvError(f"it has {len(names) - 1} series; at most {MOST_SERIES} are compared")
    if doubled := [name for name in names if names.count(name) > 1]:
        raise CsvError(f"two columns are named {_shown(doubled[0])}")
    if len(names) < 3:
        raise CsvError(f"a pair needs two series, and it has {len(names) - 1} beside {TIME_COLUMN!r}")
    return names


def _table(names: Sequence[str], rows: Rows) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Rows x columns."""
    numbers = array("d")
    at = names.index(TIME_COLUMN)
    before = -math.inf
    for line, row in _filled(rows):
        if len(row) != len(names):
            raise CsvError(f"line {line} has {len(row)} cells, and the header {len(names)}")
        if len(numbers) + len(row) > MOST_CELLS:
            raise CsvError(f"it has more than {MOST_CELLS:,} cells")
        found = [_number(text, line, name) for text, name in zip(row, names, strict=True)]
        if math.isnan(found[at]):
            raise CsvError(f"line {line} has no {TIME_COLUMN}")
        if found[at] < before:
            raise CsvError(f"line {line}: the time goes back, from {before!r} to {found[at]!r}")
        before = found[at]
        numbers.extend(found)
    return np.array(numbers, dtype=np.float64).reshape(-1, len(names))


def _filled(rows: Rows) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty lines, each with the line where it ends."""
    return ((rows.line_num, row) for row in rows if row)


def _number(text: str, line: int, name: str) -> float:
    text = text.strip()
    if text.lower() in HOLES:
        return math.nan
    try:
        # Python takes 1_000 for a thousand; nobody else writes one so.
        number = float(text if "_" not in text else "")
    except ValueError:
        raise CsvError(f"line {line}, column {_shown(name)}: {_shown(text)} is no number") from None
    if not abs(number) <= LARGEST_VALUE:
        raise CsvError(f"line {line}, column {_shown(name)}: {_shown(text)} is out of range")
    return number


def _shown(text: str) -> str:
    return repr(clean(text[:40]))


def _list(names: Sequence[str]) -> str:
    return ", ".join(_shown(name) for name in names[:8]) + (", ..." if len(names) > 8 else "")
