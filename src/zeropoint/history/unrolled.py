"""Which spans a reader takes from a finer tier, since the coarser one has not all of them yet."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from zeropoint.history.due import FINER
from zeropoint.history.file_reader import FileReader
from zeropoint.history.series_file import rolled_spans, unrolled
from zeropoint.history.tiers import KINDS, Tier, files_of

# What tells the spans of a tier in a file of the finer one.
SPANS = {tier: partial(unrolled, span_ms=KINDS[tier].block_ms) for tier in FINER}


class Unrolled:
    """Used on one thread."""

    def __init__(self, directory: Path, files: FileReader) -> None:
        self._directory = directory
        self._files = files

    def runs(self, from_ms: int, to_ms: int, tier: Tier, newest_ms: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Stretches [first, last) of whole spans that touch [from_ms, to_ms), ascending. `newest_ms` are times of
        samples that are in no file."""
        width_ms = KINDS[tier].block_ms
        first, last = from_ms - from_ms % width_ms, to_ms + -to_ms % width_ms
        starts = self._starts(first, last, tier) | {
            time - time % width_ms for time in newest_ms if first <= time < last
        }
        run: tuple[int, int] | None = None
        for start in sorted(starts):
            if run is not None and run[1] == start:
                run = (run[0], start + width_ms)
                continue
            if run is not None:
                yield run
            run = (start, start + width_ms)
        if run is not None:
            yield run

    def _starts(self, from_ms: int, to_ms: int, tier: Tier) -> set[int]:
        finer, width_ms = FINER[tier], KINDS[tier].block_ms
        rolled: set[int] = set()
        for file in files_of(self._directory, tier, from_ms, to_ms):
            rolled |= self._files.look_once(file, rolled_spans, set())
        found: set[int] = set()
        nothing: dict[int, bool] = {}
        for file in files_of(self._directory, finer, from_ms, to_ms):
            spans = self._files.look_once(file, SPANS[tier], nothing)
            found.update(start for start, is_due in spans.items() if is_due or start not in rolled)
        if finer in FINER:
            found.update(start - start % width_ms for start in self._starts(from_ms, to_ms, finer))
        return {start for start in found if from_ms <= start < to_ms}
