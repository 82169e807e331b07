"""Reads the tiers: values of series over a window."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history.due import FINER
from zeropoint.history.fault import Fault
from zeropoint.history.file_reader import PASSED_OVER, FileReader, Values
from zeropoint.history.rollup import Rolled, overlay, roll, samples
from zeropoint.history.run_buffer import Columns
from zeropoint.history.series_file import extent_of, names_of
from zeropoint.history.tiers import KINDS, Tier, files_of
from zeropoint.history.unrolled import Unrolled

BLOCK_IS_DAMAGED = "a block is damaged"


class Hole(Struct, frozen=True):
    """A stretch [from_ms, to_ms) of a tier that cannot be read."""

    from_ms: int
    to_ms: int
    reason: str


class Stretch(Struct, frozen=True):
    """Values of k series at p times, ascending. `times_ms` are the samples' times in the finest tier, the beginnings
    of the periods in the others; `interval_ms` is the interval of sampling (0 where there is no sample), or the width
    of a period. mean, min, max and count are (k, p) in the order of the names that were asked for; NaN and count 0
    where there is nothing. In the finest tier the first three are one array."""

    times_ms: NDArray[np.int64]
    interval_ms: int
    mean: NDArray[np.float64]
    min: NDArray[np.float64]
    max: NDArray[np.float64]
    count: NDArray[np.float64]


class ColumnReader:
    """Reads only; used on one thread. `newest` gives the samples that are not written yet, until they are.

    Files that vanish meanwhile are as if they had never been; damaged ones, those of a newer version, and those that
    cannot be read are holes. What else goes wrong with a file is raised as a Fault. `doubt` is called with a file that
    is damaged.
    """

    def __init__(
        self,
        directory: Path,
        newest: Callable[[], Columns | None] = lambda: None,
        doubt: Callable[[Path], None] = lambda path: None,
    ) -> None:
        self._directory = directory
        self._newest = newest
        self._files = FileReader(doubt)
        self._unrolled = Unrolled(directory, self._files)

    def names(self, from_ms: int, to_ms: int) -> set[str]:
        """All series of files that touch the window, and of the newest samples; no block is read for it."""
        self._files.forget()
        newest = self._newest()
        found = set() if newest is None else set(newest.names)
        for tier in KINDS:
            for file in files_of(self._directory, tier, from_ms, to_ms):
                found.update(self._files.look(file, names_of, ()))
        return found

    def extent(self, tier: Tier) -> tuple[int, int] | None:
        """Times of the oldest value of a tier, and of the newest that can be read of it; None where it is empty."""
        self._files.forget()
        newest = self._newest()
        tiers = [tier]
        while tiers[-1] in FINER:
            tiers.append(FINER[tiers[-1]])
        found = [self._extent(one) for one in tiers]
        if newest is not None:
            found.append((int(newest.times_ms[0]), int(newest.times_ms[-1])))
        extents = [one for one in found if one is not None]
        return (extents[0][0], max(last for _, last in extents)) if extents else None

    def read(self, names: Sequence[str], from_ms: int, to_ms: int, tier: Tier) -> tuple[Stretch, list[Hole]]:
        """The values at times in [from_ms, to_ms); a period counts when its beginning does. What the coarser tiers do
        not have yet is rolled up from the finer one. A name that nobody knows is a row of NaN."""
        self._files.forget()
        holes: list[Hole] = []
        if tier == "samples":
            rolled, interval_ms = self._samples(tuple(names), from_ms, to_ms, holes)
        else:
            rolled, interval_ms = self._periods(tuple(names), from_ms, to_ms, tier, holes), KINDS[tier].period_ms
        return Stretch(rolled.times_ms, interval_ms, *rolled.planes), holes

    def close(self) -> None:
        self._files.close()

    def _samples(self, names: tuple[str, ...], from_ms: int, to_ms: int, holes: list[Hole]) -> tuple[Rolled, int]:
        # Before the files: what is written meanwhile is in both, and not in neither.
        newest = self._newest()
        parts = self._blocks(names, from_ms, to_ms, "samples", holes)
        if newest is not None and newest.times_ms[-1] >= from_ms and newest.times_ms[0] < to_ms:
            parts.append(_values_of(newest, names))
        interval_ms = parts[-1].interval_ms if parts else 0
        times_ms, planes = _end_to_end(parts, 1, len(names))
        values = planes[0]
        if (np.diff(times_ms) <= 0).any():
            order = np.argsort(times_ms, kind="stable")
            order = order[np.append(np.diff(times_ms[order]) > 0, True)]
            times_ms, values = times_ms[order], values[:, order]
        first, last = np.searchsorted(times_ms, (from_ms, to_ms)).tolist()
        return samples(times_ms[first:last], values[:, first:last]), interval_ms

    def _periods(self, names: tuple[str, ...], from_ms: int, to_ms: int, tier: Tier, holes: list[Hole]) -> Rolled:
        kind, finer = KINDS[tier], FINER[tier]
        # Whole periods.
        from_ms, to_ms = _up(from_ms, kind.period_ms), _up(to_ms, kind.period_ms)
        newest = self._newest()
        unwritten: list[int] = [] if newest is None else newest.times_ms.tolist()
        # Before the blocks: what is rolled up meanwhile is in both, and not in neither.
        unrolled = list(self._unrolled.runs(from_ms, to_ms, tier, unwritten))
        times_ms, planes = _end_to_end(self._blocks(names, from_ms, to_ms, tier, holes), 4, len(names))
        planes[3] = np.nan_to_num(planes[3])
        parts = [Rolled(times_ms, *planes)]
        for first_ms, last_ms in unrolled:
            window = (max(from_ms, first_ms), min(to_ms, last_ms))
            if finer == "samples":
                fine, _ = self._samples(names, *window, holes)
            else:
                fine = self._periods(names, *window, finer, holes)
            parts.append(roll(fine, kind.period_ms))
        return overlay(parts).within(from_ms, to_ms)

    def _blocks(self, names: tuple[str, ...], from_ms: int, to_ms: int, tier: Tier, holes: list[Hole]) -> list[Values]:
        found = []
        for file in files_of(self._directory, tier, from_ms - KINDS[tier].block_ms, to_ms):
            try:
                values, damaged = self._files.blocks(file, names, from_ms, to_ms)
            except Fault as fault:
                if fault.kind not in PASSED_OVER:
                    raise
                holes.append(Hole(max(from_ms, file.start_ms), min(to_ms, file.end_ms), str(fault)))
                continue
            found += values
            holes += [Hole(row.start_ms, row.end_ms + row.interval_ms, BLOCK_IS_DAMAGED) for row in damaged]
        return found

    def _extent(self, tier: Tier) -> tuple[int, int] | None:
        files = files_of(self._directory, tier)
        # Of the oldest and the newest file that has something.
        oldest = next((one for file in files if (one := self._files.look_once(file, extent_of, None))), None)
        newest = next((one for file in reversed(files) if (one := self._files.look_once(file, extent_of, None))), None)
        return (oldest[0], newest[1]) if oldest and newest else None


def _values_of(columns: Columns, names: tuple[str, ...]) -> Values:
    places = {name: place for place, name in enumerate(columns.names)}
    planes = np.full((1, len(names), len(columns.times_ms)), np.nan)
    rows = [row for row, name in enumerate(names) if name in places]
    planes[0, rows] = columns.values[[places[names[row]] for row in rows]]
    return Values(columns.times_ms, planes, columns.interval_ms)


def _end_to_end(parts: Sequence[Values], planes: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    if not parts:
        return np.zeros(0, np.int64), np.zeros((planes, count, 0))
    return np.concatenate([part.times_ms for part in parts]), np.concatenate([part.planes for part in parts], axis=2)


def _up(time_ms: int, width_ms: int) -> int:
    return time_ms + -time_ms % width_ms
