"""The newest row over several files that grow."""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from zeropoint.ai.artifacts import Seen, Signature, rank
from zeropoint.ai.rows import Row, Tail, number
from zeropoint.ai.tree import Tree
from zeropoint.probe import Absent
from zeropoint.texts import parse_time

STEPS_REMEMBERED = 32


class Source(NamedTuple):
    """A file of rows. Of two that are written side by side the one with the higher preference stays the source:
    the other must be newer by so many seconds."""

    tree: Tree
    file: Seen
    label: str
    parse: Callable[[bytes], Row | None]
    preference_seconds: float


class LatestRow:
    def __init__(self) -> None:
        self._forget(None)

    def _forget(self, of: tuple[object, ...] | None) -> None:
        self._of = of
        self._signature: Signature | None = None
        self._tail = Tail()
        self._row: Row | None = None
        self._steps_seconds: deque[float] = deque(maxlen=STEPS_REMEMBERED)
        self._stamps: deque[object] = deque(maxlen=STEPS_REMEMBERED)
        self.label = ""

    @property
    def usual_step_seconds(self) -> float | None:
        return median(self._steps_seconds) if self._steps_seconds else None

    @property
    def usual_row_seconds(self) -> float | None:
        """How long it usually takes from one row to the next, by the times that they tell."""
        times = [when for stamp in self._stamps if (when := parse_time(stamp)) is not None]
        return median(later - earlier for earlier, later in pairwise(times)) if len(times) > 1 else None

    def read(self, sources: Iterable[Source], wall: float) -> Row | Absent:
        source = max(sources, key=lambda it: rank(it.file.mtime_ns, wall) / 1e9 + it.preference_seconds, default=None)
        if source is None:
            self._forget(None)
            return Absent("no row has been written")
        file = source.file
        of = (source.tree, file.folder, file.name, file.signature[0])
        if of != self._of:
            self._forget(of)
        self.label = source.label
        if file.signature != self._signature:
            try:
                self._add(source)
            except OSError as error:
                return Absent(f"{file.path} cannot be read: {error.strerror}")
            self._signature = file.signature
        return Absent(f"{file.path} holds no row that can be read") if self._row is None else self._row

    def _add(self, source: Source) -> None:
        with source.tree.opened(source.file) as descriptor:
            lines = self._tail.read(descriptor)
        for line in lines:
            row = source.parse(line)
            if row is None:  # torn or garbage: it costs itself alone
                continue
            self._row = row
            self._stamps.append(row.get("timestamp"))
            seconds = step_seconds(row)
            if isinstance(seconds, float) and seconds > 0:
                self._steps_seconds.append(seconds)


def step_seconds(row: Row) -> float | Absent:
    if row.get("step_seconds") is not None:
        return number(row, "step_seconds")
    return number(row, "step_ms", scale=1e-3)
