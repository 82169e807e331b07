"""The samples of a minute that is not over, as columns."""

from itertools import groupby

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history.flatten import Flat, Flattener
from zeropoint.model import Sample

MINUTE_MS = 60_000
# Twice ten samples a second, which is the fastest that can be set.
MOST_ROWS = 1200
# A machine with eight GPUs and their processes has some 2,000.
MOST_SERIES = 20_000


class Columns(Struct, frozen=True):
    """A run of samples as columns: times in milliseconds since 1970, ascending, (n,); the names of m series; and their
    values (m, n), NaN where a sample has none. `left_out` counts series that were one too many."""

    times_ms: NDArray[np.int64]
    interval_ms: int
    names: tuple[str, ...]
    values: NDArray[np.float64]
    left_out: int = 0


class MinuteBuffer:
    """One writer adds; any thread may ask for what is there, since rows are only added and never changed."""

    def __init__(self, flattener: Flattener) -> None:
        """The flattener is shared by all minutes of a writer, for the names that it keeps."""
        self._flattener = flattener
        self._rows: list[tuple[int, Flat]] = []
        self.interval_ms = 0

    def takes(self, time_ms: int) -> bool:
        """Whether a sample of this time can follow: it lies in the same minute, after the last one. Otherwise the
        buffer is to be written, and a new one begun."""
        if not self._rows:
            return True
        last_ms = self._rows[-1][0]
        return last_ms < time_ms and last_ms // MINUTE_MS == time_ms // MINUTE_MS and len(self._rows) < MOST_ROWS

    def add(self, sample: Sample, time_ms: int) -> None:
        self.interval_ms = round(sample.interval_seconds * 1000)
        self._rows.append((time_ms, self._flattener.flatten(sample)))

    def rows(self) -> list[tuple[int, Flat]]:
        """The time and the values of each sample."""
        return self._rows.copy()

    def columns(self) -> Columns | None:
        """All that has been added; None before the first. What is returned never changes."""
        rows = self.rows()
        return columns_of(rows, self.interval_ms) if rows else None


def columns_of(rows: list[tuple[int, Flat]], interval_ms: int) -> Columns:
    """Rows of one run, each its time and its values; series that are null in all of them are left out."""
    places: dict[str, int] = {}
    # As long as the rows of lists stay the same, so does the object of names: then a stack of samples goes in at once.
    runs = [list(run) for _, run in groupby(rows, key=lambda row: id(row[1].names))]
    for run in runs:
        for name in run[0][1].names:
            places.setdefault(name, len(places))
    values = np.full((len(places), len(rows)), np.nan)
    first = 0
    for run in runs:
        index = np.array([places[name] for name in run[0][1].names], dtype=np.intp)
        values[index, first : first + len(run)] = np.stack([flat.values for _, flat in run], axis=1)
        first += len(run)
    told = np.flatnonzero(~np.isnan(values).all(axis=1))
    names = tuple(places)
    return Columns(
        times_ms=np.array([time_ms for time_ms, _ in rows], dtype=np.int64),
        interval_ms=interval_ms,
        names=tuple(names[place] for place in told[:MOST_SERIES]),
        values=values[told[:MOST_SERIES]],
        left_out=max(0, len(told) - MOST_SERIES),
    )
