"""The table of workloads on the screen."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import DataTable
from textual.widgets.data_table import RowDoesNotExist

from zeropoint.client import Sample
from zeropoint.terminal.gpus import has_gpus
from zeropoint.terminal.workloads import Column, Order, Row, fitting, summary, workload_rows

ARROWS = {False: "▼", True: "▲"}


class WorkloadTable(DataTable[Text]):
    """Rows keep their cursor by what they are, wherever the sorting puts them."""

    DEFAULT_CSS = "WorkloadTable { border-top: solid $primary; border-title-color: $text; }"
    BINDINGS: ClassVar[list[BindingType]] = [("home", "scroll_top", "First"), ("end", "scroll_bottom", "Last")]

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=0, id="workloads")
        self.order = Order()
        self.words = ""
        self.shown: list[Row] = []
        self._sample: Sample | None = None
        self._columns: list[Column] = []

    def show(self, sample: Sample) -> None:
        self._sample = sample
        self._draw()

    def sort_by(self, key: str) -> None:
        self.order = self.order.pressed(key)
        self._draw()

    def filter_by(self, words: str) -> None:
        self.words = words
        self._draw()

    def selected(self) -> Row | None:
        """The row under the cursor."""
        return self.shown[self.cursor_row] if 0 <= self.cursor_row < len(self.shown) else None

    def on_resize(self) -> None:
        self._draw()

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        self.sort_by(self._columns[event.column_index].key)

    def _draw(self) -> None:
        if self._sample is None or not self.size.width:
            return
        at_row, scrolled = self.selected(), self.scroll_y
        # A cell less for the bar at the side.
        columns = fitting(self.size.width - 2, self.order.key, has_gpus(self._sample))
        self.shown = _distinct(workload_rows(self._sample, self.order, self.words))
        self.border_title = Content(summary(self._sample, self.shown, self.words))
        self.clear(columns=True)
        self._columns = columns
        for column in columns:
            self.add_column(_title(column, self.order), width=column.cells + 1)
        for row in self.shown:
            self.add_row(*(_cell(column, row) for column in columns), key=row.id)
        self._put_cursor(at_row, scrolled)

    def _put_cursor(self, row: Row | None, scrolled: float) -> None:
        if row is None:
            return
        try:
            self.move_cursor(row=self.get_row_index(row.id), scroll=False)
        except RowDoesNotExist:
            return
        self.scroll_to(y=scrolled, animate=False, immediate=True)


def _distinct(found: Sequence[Row]) -> list[Row]:
    """One row an id: an appliance sends no two, and a table takes no two."""
    return list({row.id: row for row in found}.values())


def _title(column: Column, order: Order) -> Text:
    is_sorted = column.key == order.key
    title = column.title + (ARROWS[order.reversed != column.is_text] if is_sorted else "")
    return _fitted(title, column, "bold underline" if is_sorted else "bold")


def _cell(column: Column, row: Row) -> Text:
    style = "" if row.kind else "italic dim"
    if column.is_text:
        return _fitted(getattr(row, column.field), column, style)
    return _fitted(column.show(row.values[column.field]), column, style)


def _fitted(shown: str, column: Column, style: str) -> Text:
    """Exactly as wide as the column and a gap: Text counts the cells of wide characters."""
    text = Text(shown, style=style, no_wrap=True, end="")
    text.truncate(column.cells, overflow="ellipsis")
    pad = column.cells - text.cell_len
    return Text.assemble(text, " " * (pad + 1)) if column.is_text else Text.assemble(" " * pad, text, " ")
