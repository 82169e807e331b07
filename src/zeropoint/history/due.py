"""Which hours and days are to be rolled up: what the files say at first, and then what the writer does."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TypeVar

import apsw

from zeropoint.history.fault import Fault
from zeropoint.history.series_file import rolled_spans, unrolled
from zeropoint.history.tiers import KINDS, Tier, TierFile, files_of

T = TypeVar("T")
Reading = Callable[[TierFile], AbstractContextManager[apsw.Connection | None]]
COARSER: dict[Tier, Tier] = {"samples": "minutes", "minutes": "hours"}
FINER: dict[Tier, Tier] = {coarser: tier for tier, coarser in COARSER.items()}


class Due:
    """A span is due that has blocks which the coarser tier has not, or of which the coarser tier has nothing (any
    more). `reading` opens a file; `fault` is that of one that could not be looked at."""

    def __init__(self, directory: Path, reading: Reading) -> None:
        self.fault: Fault | None = None
        self._reading = reading
        self._starts: dict[Tier, set[int]] = {}
        for tier, coarser in COARSER.items():
            rolled: set[int] = set()
            spans: dict[int, bool] = {}
            for file in files_of(directory, coarser):
                rolled.update(self._look(file, rolled_spans) or ())
            for file in files_of(directory, tier):
                found = self._look(file, partial(unrolled, span_ms=KINDS[coarser].block_ms)) or {}
                # A time that the file's name does not allow is damage.
                spans.update((start, is_due) for start, is_due in found.items() if file.start_ms <= start < file.end_ms)
            self._starts[tier] = {start for start, is_due in spans.items() if is_due or start not in rolled}

    def over(self, now_ms: int) -> list[tuple[Tier, int]]:
        """Those that are over, hours before days, the oldest first."""
        return [
            (tier, start)
            for tier, starts in self._starts.items()
            for start in sorted(starts)
            if start + KINDS[COARSER[tier]].block_ms <= now_ms
        ]

    def add(self, tier: Tier, time_ms: int) -> None:
        """A block was written that begins then."""
        if tier in COARSER:
            self._starts[tier].add(time_ms - time_ms % KINDS[COARSER[tier]].block_ms)

    def done(self, tier: Tier, start_ms: int) -> None:
        """The span is in the coarser tier, which has a block more by that."""
        self._starts[tier].discard(start_ms)
        self.add(COARSER[tier], start_ms)

    def _look(self, file: TierFile, look: Callable[[apsw.Connection], T]) -> T | None:
        """None where the file is gone or cannot be read."""
        try:
            with self._reading(file) as connection:
                return None if connection is None else look(connection)
        except Fault as fault:
            self.fault = self.fault or fault
            return None
