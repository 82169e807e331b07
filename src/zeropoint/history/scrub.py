"""Looks at all files of the history, one after the other: damage is found while what was damaged can be made again."""

from collections.abc import Callable, Iterator
from pathlib import Path

from zeropoint.history.gaps import FILE as GAPS
from zeropoint.history.journal_format import FILE as JOURNAL
from zeropoint.history.tiers import TIERS, files_of

# A file is read at once; the next one waits as long as this pace says. A gigabyte is looked at in some eight hours.
BYTES_A_MINUTE = 2 * 1024 * 1024


class Scrub:
    """Owned by the writer's thread. `doubt` is given each file in its turn, to be looked at."""

    def __init__(self, directory: Path, doubt: Callable[[Path], None]) -> None:
        self._directory = directory
        self._doubt = doubt
        self._todo: list[Path] = []
        self._next_minute: int | None = None

    def step(self, minute: int) -> None:
        """Called once a minute; `minute` only counts them. Nothing is done at a start, which has enough to do."""
        if self._next_minute is None:
            self._next_minute = minute + 1
        if minute < self._next_minute:
            return
        self._todo = self._todo or list(self._files())
        path = self._todo.pop(0)
        self._doubt(path)
        try:
            size = path.stat().st_size
        except OSError:  # it is gone, or cannot be looked at
            size = 0
        self._next_minute = minute + 1 + size // BYTES_A_MINUTE

    def _files(self) -> Iterator[Path]:
        yield self._directory / JOURNAL
        yield self._directory / GAPS
        for tier in TIERS:
            yield from (file.path for file in reversed(files_of(self._directory, tier)))
