"""The samples of a block that is not over, as columns."""

from collections import deque
from itertools import groupby
from threading import Lock

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history.flatten import Flat, Flattener, Names
from zeropoint.history.precision import kept
from zeropoint.history.tiers import KINDS
from zeropoint.model import Sample

Indices = NDArray[np.intp]
BLOCK_MS = KINDS["samples"].block_ms
# A minute at ten samples a second, which is the fastest that can be set: it bounds what lies in memory.
MOST_ROWS = 600
FLATTENED_AT_ONCE = 30
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


class RunBuffer:
    """One writer adds; any thread may ask for what is there.

    Samples are flattened some at a time, or when somebody asks: once a second everything that it takes has left the
    processor's caches, and it took three times as long.
    """

    def __init__(self, flattener: Flattener) -> None:
        """The flattener is shared by all runs of a writer, for the names that it keeps."""
        self._flattener = flattener
        self._lock = Lock()
        self._pending: deque[tuple[int, Sample]] = deque()
        self._rows: list[tuple[int, Flat]] = []
        self._count = 0
        self._last_ms = 0
        self.interval_ms = 0

    def takes(self, time_ms: int) -> bool:
        """Whether a sample of this time can follow: it belongs into the same block, after the last one. Otherwise the
        buffer is to be written, and a new one begun."""
        if not self._count:
            return True
        follows = self._last_ms < time_ms and self._last_ms // BLOCK_MS == time_ms // BLOCK_MS
        return follows and self._count < MOST_ROWS

    def add(self, sample: Sample, time_ms: int) -> None:
        self.interval_ms = round(sample.interval_seconds * 1000)
        self._last_ms = time_ms
        self._count += 1
        self._pending.append((time_ms, sample))
        if len(self._pending) >= FLATTENED_AT_ONCE:
            self.rows()

    def rows(self) -> list[tuple[int, Flat]]:
        """The time and the values of each sample."""
        with self._lock:
            while self._pending:
                time_ms, sample = self._pending.popleft()
                self._rows.append((time_ms, self._flattener.flatten(sample)))
            return self._rows.copy()

    def columns(self) -> Columns | None:
        """All that has been added; None before the first. What is returned never changes."""
        rows = self.rows()
        return columns_of(rows, self.interval_ms) if rows else None


def columns_of(rows: list[tuple[int, Flat]], interval_ms: int) -> Columns:
    """Rows of one run, each its time and its values, as exactly as columns keep them; series that are null in all of
    them are left out."""
    places = _Places()
    # As long as nothing comes or goes, `parts` is the same object: then a stack of samples goes in at once.
    runs = [[flat for _, flat in run] for _, run in groupby(rows, key=lambda row: id(row[1].parts))]
    indexes = [places.of(run[0].parts) for run in runs]
    values = np.full((len(places.by_name), len(rows)), np.nan)
    first = 0
    for run, index in zip(runs, indexes, strict=True):
        values[index, first : first + len(run)] = np.stack([flat.values for flat in run], axis=1)
        first += len(run)
    told = np.flatnonzero(~np.isnan(values).all(axis=1))
    all_names = tuple(places.by_name)
    names = tuple(all_names[place] for place in told[:MOST_SERIES])
    return Columns(
        times_ms=np.array([time_ms for time_ms, _ in rows], dtype=np.int64),
        interval_ms=interval_ms,
        names=names,
        values=kept(names, values[told[:MOST_SERIES]]),
        left_out=max(0, len(told) - MOST_SERIES),
    )


class _Places:
    """The row of each name. A part is looked up as the object that it is, since what comes and goes leaves most parts
    as they are; whoever asks holds them."""

    def __init__(self) -> None:
        self.by_name: dict[str, int] = {}
        self._by_part: dict[int, Indices] = {}

    def of(self, parts: tuple[Names, ...]) -> Indices:
        return np.concatenate([self._of_part(part) for part in parts])

    def _of_part(self, part: Names) -> Indices:
        found = self._by_part.get(id(part))
        if found is None:
            rows = [self.by_name.setdefault(name, len(self.by_name)) for name in part]
            found = self._by_part[id(part)] = np.array(rows, dtype=np.intp)
        return found
