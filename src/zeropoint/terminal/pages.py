"""Pages over the view: help, and the reasons of what is missing."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from zeropoint.terminal.explain import entry, heading
from zeropoint.terminal.workloads import COLUMNS

KEYS = (
    ("q, ctrl+c", "quit"),
    ("?", "this page"),
    ("e", "reasons: of the row under the cursor, of sources that fail, of all values that are not known"),
    ("/", "filter the workloads by name or kind; Enter keeps the filter, Escape removes it"),
    ("t", "dark or light"),
    ("Tab", "from the machine to the table and back; arrows, Page up and down, Home and End scroll"),
    ("R", "ask again, after the server has refused"),
)
NOTES = (
    f"{'–':<4} is not known; e tells why",
    "waits: share of the last interval in which a task waited for it (PSI, some)",
    "CPU of a workload is of one core, that of the machine of all cores",
    "other: workloads beyond those that are listed. unattributed: used by nobody that is known",
)


class Page(ModalScreen[None]):
    """Lines to read, until Escape."""

    DEFAULT_CSS = """
    Page { align: center middle; }
    Page VerticalScroll { width: 90%; max-width: 110; height: 90%; border: round $primary; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "Close"),
        ("q", "dismiss", "Close"),
        ("e", "dismiss", "Close"),
        ("question_mark", "dismiss", "Close"),
    ]

    def __init__(self, title: str, lines: Iterable[Content]) -> None:
        super().__init__()
        self._title, self._lines = title, list(lines)

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = f"{self._title}   Escape closes"
            yield Static(Content("\n").join(self._lines))


def help_lines() -> Iterable[Content]:
    yield heading("keys")
    for key, what in KEYS:
        yield entry(key, what)
    yield heading("sort the workloads; the same key again turns the order round")
    for column in COLUMNS:
        yield entry(column.key, column.title)
    yield heading("how to read it")
    for note in NOTES:
        yield Content(f"  {note}")
