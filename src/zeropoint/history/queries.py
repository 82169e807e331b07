"""Answers questions about stored series: which names are meant, what is read of which tier, and what is missing."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from msgspec import Struct

from zeropoint.history.columns_reader import Hole, Stretch
from zeropoint.history.patterns import Pattern, matching
from zeropoint.history.query import (
    PERIOD_MS,
    Extents,
    Window,
    choose_tier,
    largest,
    pixels,
    with_finer,
    within,
)
from zeropoint.history.tiers import KINDS, TIERS, Kind, Tier
from zeropoint.model import Unavailable

MOST_SERIES = 200
# Of more that match, the first by name are looked at.
MOST_MATCHES = 1_000
# Least, most and mean of each are some 30 bytes of JSON.
MOST_VALUES = 400_000
# How many values are unpacked at a time: it bounds the memory, and how late the time limit is noticed.
SLICE_VALUES = 2_000_000
EXTENTS_SECONDS = 1


class TooSlowError(Exception):
    """The question takes longer than it may."""


class Reader(Protocol):
    """What reads the tiers; columns_reader.ColumnReader is one."""

    def names(self, from_ms: int, to_ms: int) -> set[str]: ...
    def extent(self, tier: Tier) -> tuple[int, int] | None: ...
    def read(self, names: Sequence[str], from_ms: int, to_ms: int, tier: Tier) -> tuple[Stretch, list[Hole]]: ...


class Answered(Struct, frozen=True):
    """Values of k series at p times. `width_ms` is that of a pixel, or the interval of sampling where each sample is a
    point; `names` are those of the rows of mean, min and max, (k, p)."""

    names: tuple[str, ...]
    stretch: Stretch
    tier: Tier
    holes: tuple[Hole, ...]
    unavailable: tuple[Unavailable, ...]


class Queries:
    """Used on one thread. `interval_ms` is the interval of sampling, `seconds` how long a question may take."""

    def __init__(
        self, reader: Reader, interval_ms: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.reader = reader
        self._interval_ms = interval_ms
        self._seconds = seconds
        self._clock = clock
        self._kept_extents: tuple[float, Extents] | None = None

    def ask(self, patterns: Sequence[str], window: Window) -> Answered:
        """The series that the patterns stand for. Raises TooSlowError, and Fault where the files fail."""
        until = self._clock() + self._seconds
        names, missing = self._meant(patterns, window)
        fitting = Window(
            window.from_ms, window.to_ms, min(window.points, MOST_VALUES // max(1, min(len(names), MOST_SERIES)))
        )
        if fitting.points < window.points:
            reason = f"{len(names)} series: {fitting.points} points each are all that fits into one answer"
            missing.append(Unavailable(path="points", reason=reason))
        extents = self._extents()
        tier = choose_tier(fitting, extents, self._interval_ms)
        stretch, holes = self._read(names, fitting, tier, extents[tier] or (0, 0), until)
        if len(names) > MOST_SERIES:
            rows = largest(stretch, MOST_SERIES)
            names = [names[row] for row in rows]
            stretch = Stretch(
                stretch.times_ms,
                stretch.interval_ms,
                *(values[rows] for values in (stretch.mean, stretch.min, stretch.max, stretch.count)),
            )
        for name, count in zip(names, stretch.count, strict=True):
            if not count.any():
                missing.append(Unavailable(path=name, reason="nothing is stored of it in this time"))
        return Answered(tuple(names), stretch, tier, tuple(holes), tuple(missing))

    def _extents(self) -> Extents:
        """What the tiers reach over, looked up anew each EXTENTS_SECONDS once there is something."""
        now = self._clock()
        kept = self._kept_extents
        if kept is None or now - kept[0] > EXTENTS_SECONDS or kept[1]["hours"] is None:
            kept = self._kept_extents = (now, with_finer({tier: self.reader.extent(tier) for tier in TIERS}))
        return kept[1]

    def _meant(self, patterns: Sequence[str], window: Window) -> tuple[list[str], list[Unavailable]]:
        """The names, each once, in the order in which they were asked for; and what is not found or left out."""
        names: dict[str, None] = {}
        missing: list[Unavailable] = []
        known: set[str] | None = None
        for text in patterns:
            pattern = Pattern(text)
            if pattern.is_exact:
                names[text] = None
                continue
            if known is None:
                known = self.reader.names(window.from_ms, window.to_ms)
            found = matching(pattern, known)
            names.update(dict.fromkeys(found[:MOST_MATCHES]))
            if not found:
                missing.append(Unavailable(path=text, reason="no series has such a name in this time"))
        if len(names) > MOST_SERIES:
            reason = f"{len(names)} series are meant; the {MOST_SERIES} largest are told"
            missing.append(Unavailable(path="series", reason=reason))
        return list(names), missing

    def _read(
        self, names: list[str], window: Window, tier: Tier, extent: tuple[int, int], until: float
    ) -> tuple[Stretch, list[Hole]]:
        """Each sample of the finest tier, or as soon as they are more than the points, pixels."""
        width = max(window.pixel_ms, PERIOD_MS[tier])
        whole = window.aligned(width)
        # Nothing is looked for where nothing is. The newest value's period ends after it, and there may be newer ones.
        newest_ms = extent[1] + PERIOD_MS[tier] + self._interval_ms + 1000 * EXTENTS_SECONDS
        stored = Window(extent[0], newest_ms, window.points).aligned(width)
        exact, total = tier == "samples", 0
        parts: list[tuple[Window, Stretch]] = []
        holes: list[Hole] = []
        for part in _slices(
            max(whole.from_ms, stored.from_ms), min(whole.to_ms, stored.to_ms), width, KINDS[tier], len(names)
        ):
            if self._clock() > until:
                raise TooSlowError
            stretch, torn = self.reader.read(names, part.from_ms, part.to_ms, tier)
            holes += [
                Hole(max(one.from_ms, window.from_ms), min(one.to_ms, window.to_ms), one.reason)
                for one in torn
                if one.from_ms < window.to_ms and one.to_ms > window.from_ms
            ]
            total += len(within(stretch, window).times_ms)
            if exact and total > window.points:
                exact = False
                parts = [(one, pixels(read, one, width)) for one, read in parts]
            parts.append((part, stretch if exact else pixels(stretch, part, width)))
        joined = _joined([_empty(len(names), self._interval_ms), *(stretch for _, stretch in parts)])
        if exact:
            return within(joined, window), holes
        is_whole = len(joined.times_ms) == (whole.to_ms - whole.from_ms) // width
        return joined if is_whole else pixels(joined, whole, width), holes


def _empty(series: int, interval_ms: int) -> Stretch:
    values = np.empty((series, 0))
    return Stretch(np.empty(0, np.int64), interval_ms, values, values, values, values)


def _slices(from_ms: int, to_ms: int, width_ms: int, kind: Kind, series: int) -> Iterator[Window]:
    """The time in parts of whole pixels, of SLICE_VALUES or a pixel each."""
    blocks = max(1, SLICE_VALUES // (kind.rows * max(1, series)))
    step = max(1, blocks * kind.block_ms // width_ms) * width_ms
    for beginning in range(from_ms, to_ms, step):
        yield Window(beginning, min(beginning + step, to_ms), 0)


def _joined(parts: list[Stretch]) -> Stretch:
    """Stretches that follow each other, as one."""
    parts = [part for part in parts if len(part.times_ms)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    mean = np.concatenate([part.mean for part in parts], axis=1)
    same = all(part.min is part.mean for part in parts)
    return Stretch(
        np.concatenate([part.times_ms for part in parts]),
        max(part.interval_ms for part in parts),
        mean,
        mean if same else np.concatenate([part.min for part in parts], axis=1),
        mean if same else np.concatenate([part.max for part in parts], axis=1),
        np.concatenate([part.count for part in parts], axis=1),
    )
