"""A part of the screen that is lines out of a sample."""

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.widgets import Static

from zeropoint.client import Sample

Lines = Callable[[Sample, int], Sequence[Content]]


class Panel(Static):
    """`lines` makes it out of a sample and the width in cells."""

    DEFAULT_CSS = "Panel { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, lines: Lines, id: str) -> None:
        super().__init__(id=id)
        self._lines = lines
        self._sample: Sample | None = None
        self._drawn_cells = 0

    def show(self, sample: Sample) -> None:
        self._sample = sample
        self._draw()

    def on_resize(self) -> None:
        if self.content_size.width != self._drawn_cells:
            self._draw()

    def _draw(self) -> None:
        self._drawn_cells = self.content_size.width
        if self._sample is not None:
            self.update(Content("\n").join(self._lines(self._sample, self._drawn_cells)))
