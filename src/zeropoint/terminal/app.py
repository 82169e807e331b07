"""The live view of a machine in a terminal."""

import asyncio
import time
from collections.abc import AsyncIterable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from zeropoint.client import Event, FeedRefusedError, Gap, Sample, StateChanged
from zeropoint.terminal.components import component_lines
from zeropoint.terminal.explain import explain_lines
from zeropoint.terminal.gpus import gpu_lines
from zeropoint.terminal.machine import machine_lines
from zeropoint.terminal.pages import Page, help_lines
from zeropoint.terminal.panel import Panel
from zeropoint.terminal.status_line import notice, status_line
from zeropoint.terminal.values import reasons
from zeropoint.terminal.workload_table import WorkloadTable
from zeropoint.terminal.workloads import COLUMNS

KEYS_LINE = "q quit   ? help   / filter   e reasons   sort: n k c m r w g v p o"
# How long a gap is told of.
GAP_SECONDS = 10.0


Feed = AbstractAsyncContextManager[AsyncIterable[Event], None]
"""What samples come from: `zeropoint.client.MetricsClient`, or something that is read like it."""


class WatchApp(App[Exception | None]):
    """Shows what `feed` tells. `place` says where that is. It ends with what ended the feed, or None."""

    CSS_PATH = "app.tcss"
    TITLE = "zeropoint"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (150, "-wide")]  # noqa: RUF012 - textual wants it so
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit"),
        Binding("ctrl+c", "quit", priority=True),
        Binding("question_mark", "help"),
        Binding("e", "explain"),
        Binding("slash", "filter"),
        Binding("escape", "unfilter"),
        Binding("t", "turn_theme"),
        Binding("R", "again"),
        *(Binding(column.key, f"sort('{column.key}')") for column in COLUMNS),
    ]

    def __init__(self, feed: Feed, place: str) -> None:
        super().__init__()
        self.sample: Sample | None = None
        self.state = StateChanged("idle")
        self._feed, self._place = feed, place
        self._came_at = time.monotonic()
        self._gap: tuple[Gap, float] | None = None
        self._again = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Static(id="status")
        yield Static(id="notice")
        with VerticalScroll(id="machine"):
            yield Panel(machine_lines, id="host")
            yield Panel(gpu_lines, id="gpus")
            yield Panel(component_lines, id="components")
        yield Static("the first sample is awaited", id="no-ledger", markup=False)
        yield WorkloadTable()
        yield Input(placeholder="name or kind of a workload", id="filter", compact=True)
        yield Static(KEYS_LINE, id="keys", markup=False)

    def on_mount(self) -> None:
        self.query_one("#filter").display = False
        self._tell_state()
        self.table.focus()
        self.set_interval(1.0, self._tell_state)
        self.run_worker(self._follow(), exit_on_error=True)

    @property
    def table(self) -> WorkloadTable:
        return self.query_one(WorkloadTable)

    async def _follow(self) -> None:
        """Shows all that the feed tells, until it ends; what ends it is the app's answer."""
        try:
            async with self._feed as feed:
                while True:
                    try:
                        async for event in feed:
                            self._take(event)
                        return
                    except FeedRefusedError as refusal:
                        if self.sample is None:
                            raise
                        # What was seen stays on the screen, with why nothing follows; R asks again.
                        self._take(StateChanged(refusal.state, f"{refusal.reason}; R asks again"))
                        self._again.clear()
                        await self._again.wait()
        except Exception as error:  # noqa: BLE001 - whoever ran the app gets it, once the terminal is as it was
            self.exit(error)

    def _take(self, event: Event) -> None:
        match event:
            case Sample():
                self.sample, self._came_at = event, time.monotonic()
                self._draw(event)
            case Gap():
                self._gap = (event, time.monotonic())
            case StateChanged():
                self.state = event
        self._tell_state()

    def _draw(self, sample: Sample) -> None:
        for panel in self.query(Panel):
            panel.show(sample)
        has_ledger = isinstance(sample.get("ledger"), dict)
        self.table.show(sample)
        self.table.display = has_ledger
        none = self.query_one("#no-ledger", Static)
        none.display = not has_ledger
        if not has_ledger:
            none.update(Content(f"no table of workloads: {reasons(sample).why('ledger') or 'the sample has none'}"))

    def _tell_state(self) -> None:
        if not self.query("#status"):  # the clock may strike once more while the app closes
            return
        now = time.monotonic()
        if self._gap is not None and now - self._gap[1] > GAP_SECONDS:
            self._gap = None
        line = status_line(self.sample, self.state, now - self._came_at, self._place)
        self.query_one("#status", Static).update(line)
        said = notice(self.sample, self.state, self._gap[0] if self._gap else None, datetime.now(UTC))
        self.query_one("#notice", Static).update(Content(said))
        self.query_one("#notice").display = bool(said)

    def action_sort(self, key: str) -> None:
        self.table.sort_by(key)

    def action_turn_theme(self) -> None:
        self.theme = "textual-light" if self.current_theme.dark else "textual-dark"

    def action_help(self) -> None:
        self.push_screen(Page("help", help_lines()))

    def action_explain(self) -> None:
        if self.sample is not None:
            self.push_screen(Page("reasons", explain_lines(self.sample, self.state, self.table.selected())))

    def action_again(self) -> None:
        self._again.set()

    def action_filter(self) -> None:
        self.query_one("#filter").display = True
        self.query_one("#filter").focus()

    def action_unfilter(self) -> None:
        self.query_one("#filter", Input).value = ""
        self._close_filter()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.table.filter_by(event.value)

    def on_input_submitted(self) -> None:
        self._close_filter()

    def _close_filter(self) -> None:
        self.query_one("#filter").display = False
        self.table.focus()
