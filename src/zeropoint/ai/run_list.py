"""The runs of all kinds below the artifacts directory, for who asks for them: /api/v1/runs.

It reads disks and may hang with them, so it is called on a thread of its own, one call at a time.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from zeropoint.ai.artifacts import Folder, open_file, open_folder
from zeropoint.ai.processes import Life
from zeropoint.ai.rows import Row, parse_curve_row, parse_json_row
from zeropoint.ai.run_entry import entry_of
from zeropoint.ai.run_record import record_of
from zeropoint.ai.run_steps import columns_of, spread_lines
from zeropoint.ai.runs import RUN_FILE_BYTES, Run, Runs, parse_run
from zeropoint.model import RunEntry, RunRecord, RunSteps
from zeropoint.probe import Roots

MOST_RUNS = 500
# A directory that has never been counted through is looked at for so long, then what is known is told.
LOOK_SECONDS = 1.0
# The original system had one run, in train/, and two files of its rows.
ORIGINAL: Folder = ("train",)


class Rows(Struct, frozen=True):
    """A file of rows: `name` in the folder `below` the directory `root`."""

    root: str
    below: Folder
    name: str
    parse: Callable[[bytes], Row | None] = parse_json_row


class Listing(Struct, frozen=True):
    """The newest runs; why there may be more."""

    runs: list[RunEntry]
    shortfall: str | None


class RunList:
    def __init__(
        self,
        artifacts: Path,
        roots: Roots,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._artifacts = os.path.abspath(artifacts)  # noqa: PTH100 - Path.absolute leaves ".." in
        self._roots = roots
        self._monotonic = monotonic
        self._clock = clock
        self._runs = Runs(self._artifacts, None)
        # The original wrote its metrics beside the artifacts, others do so within them.
        beside = os.path.dirname(self._artifacts)  # noqa: PTH120 - text, as os.path.abspath gave it
        self._original_rows = (
            Rows(self._artifacts, ("metrics",), "tinygrad.jsonl"),
            Rows(beside, ("metrics",), "tinygrad.jsonl"),
            Rows(self._artifacts, ORIGINAL, "loss_curve.csv", parse_curve_row),
        )

    def list(self) -> Listing:
        """The runs, newest first, at most 500."""
        self._look()
        known = sorted(self._runs.all, key=lambda item: (item[1].started or 0.0, item[1].id), reverse=True)
        entries = [entry for folder, _ in known[:MOST_RUNS] if (entry := self._entry(folder)) is not None]
        if original := self._original():
            entries.append(original)
            entries.sort(key=lambda entry: entry.started or "", reverse=True)
        left_out = f"{len(known) - MOST_RUNS:,} older runs are left out" if len(known) > MOST_RUNS else None
        return Listing(entries, "; ".join(filter(None, [self._runs.shortfall, left_out])) or None)

    def steps(self, run_id: str, points: int) -> RunSteps | None:
        """At most `points` (two or more) rows of the run; None where there is no such run. Raises OSError."""
        self._look()
        return self._steps(run_id, self._folder(run_id), points)

    def record(self, run_id: str, points: int) -> RunRecord | None:
        """All that is recorded of the run, with at most `points` of its rows; None and raises as `steps`."""
        self._look()
        folder = self._folder(run_id)
        original = self._original()
        entry = self._entry(folder) if folder else original if original and original.id == run_id else None
        steps = self._steps(run_id, folder, points)
        if entry is None or steps is None:
            return None
        return record_of(self._read(("runs", *folder) if folder else ORIGINAL), folder, entry, steps)

    def _folder(self, run_id: str) -> Folder | None:
        """Below runs/; of several runs with the id the one that began last."""
        found = [(run.started or 0.0, folder) for folder, run in self._runs.all if run.id == run_id]
        return max(found)[1] if found else None

    def _steps(self, run_id: str, folder: Folder | None, points: int) -> RunSteps | None:
        if folder is not None:
            return columns(run_id, Rows(self._artifacts, ("runs", *folder), "steps.jsonl"), points)
        original = self._original()
        if original is None or original.id != run_id:
            return None
        told = (columns(run_id, rows, points) for rows in self._original_rows)
        return next((steps for steps in told if steps.timestamps), columns_of(run_id, (), parse_json_row))

    def _look(self) -> None:
        self._runs.tree.hurry()
        began = self._monotonic()
        while True:
            now = self._monotonic()
            self._runs.look(self._roots, now, self._clock())
            if self._runs.tree.resting or now - began >= LOOK_SECONDS:
                return

    def _entry(self, folder: Folder) -> RunEntry | None:
        with suppress(OSError):  # it went away meanwhile
            return entry_of(self._read(("runs", *folder)), folder, self._runs.life.get(folder))
        return None

    def _original(self) -> RunEntry | None:
        with suppress(OSError):
            content = self._read(ORIGINAL)
            run = parse_run(content, ORIGINAL)
            return entry_of(content, ORIGINAL, self._life(run)) if run else None
        return None

    def _life(self, run: Run) -> Life | None:
        return None if run.has_end else run.life(self._roots)

    def _read(self, below: Folder) -> bytes:
        descriptor = open_below(self._artifacts, below, "run.json")
        try:
            return os.pread(descriptor, RUN_FILE_BYTES, 0)
        finally:
            os.close(descriptor)


def columns(run_id: str, rows: Rows, points: int) -> RunSteps:
    """At most so many rows of the file; none where there is no such file. Raises OSError."""
    try:
        descriptor = open_below(rows.root, rows.below, rows.name)
    except FileNotFoundError:
        return columns_of(run_id, (), rows.parse)
    try:
        return columns_of(run_id, spread_lines(descriptor, points), rows.parse)
    finally:
        os.close(descriptor)


def open_below(root: str, below: Folder, name: str) -> int:
    folder = open_folder(root, below)
    try:
        return open_file(folder, name)
    finally:
        os.close(folder)
