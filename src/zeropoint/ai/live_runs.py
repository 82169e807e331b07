"""The runs that live on this machine, and how far they are, by run.json and steps.jsonl of ARTIFACTS/runs/NAME/ID."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar, TypeVar

from zeropoint.ai.artifacts import NOT_SUPPORTED, SUPPORTED, Folder, Found, Seen, Verdict, open_folder
from zeropoint.ai.latest_row import LatestRow, Source, step_seconds
from zeropoint.ai.rows import Row, count, number, parse_json_row
from zeropoint.ai.runs import Run, Runs
from zeropoint.model import LiveRun, Section
from zeropoint.probe import Absent, Missing, Probe, Reading, Roots
from zeropoint.texts import clean

START, ROWS = "runs", "steps.jsonl"
MOST_RUNS = 64
NO_ROWS = "it has written no row"

T = TypeVar("T")


class LiveRuns(Probe):
    """`clock` gives the wall time in seconds, which the files' times are held against."""

    name: ClassVar[str] = "runs"
    section: ClassVar[str] = "ai.runs"
    report: ClassVar[type[Section]] = LiveRun
    blocking: ClassVar[bool] = True
    period_seconds: ClassVar[float] = 1.0
    limit_seconds: ClassVar[float] = 5.0

    def __init__(self, artifacts: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._root = str(artifacts.absolute())
        self._clock = clock
        self._runs = Runs(self._root, None)
        self._rows: dict[Folder, LatestRow] = {}

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        if not SUPPORTED:
            return Absent(NOT_SUPPORTED)
        wall = self._clock()
        self._runs.look(roots, now, wall)
        live = sorted(self._runs.of_live, key=lambda item: (-(item[1].started or 0.0), item[0]))[:MOST_RUNS]
        self._rows = {folder: self._rows.get(folder) or LatestRow() for folder, _ in live}
        missing = Missing()
        if shortfall := self._runs.shortfall:
            missing[""] = shortfall
        reports = [self._report(folder, run, wall, f"[{place}]", missing) for place, (folder, run) in enumerate(live)]
        return Reading(reports, missing)

    def _report(self, folder: Folder, run: Run, wall: float, at: str, missing: Missing) -> LiveRun:
        seen = self._seen(folder)
        rows = self._rows[folder]
        row: Row | Absent = seen if isinstance(seen, Absent) else rows.read(self._sources(seen), wall)

        def take(name: str, of: Callable[[Row], T | Absent]) -> T | None:
            return missing.take(f"{at}.{name}", row if isinstance(row, Absent) else of(row))

        return LiveRun(
            id=clean("/".join(folder)),
            name=clean(folder[0]),
            kind=clean(run.kind),
            pid=run.pid,
            step=take("step", lambda row: count(row, "step")),
            step_seconds=take("step_seconds", step_seconds),
            usual_step_seconds=take(
                "usual_step_seconds", lambda _: rows.usual_step_seconds or Absent("its rows tell no duration of a step")
            ),
            usual_row_seconds=take("usual_row_seconds", lambda _: gap_of(rows)),
            tokens_per_second=take("tokens_per_second", lambda row: number(row, "tokens_s", "tokens_per_second")),
            loss=take("loss", lambda row: number(row, "loss")),
            # Of a file whose time lies in the future the age is not known, and 0 says the least that is wrong.
            row_age_seconds=missing.take(
                f"{at}.row_age_seconds", seen if isinstance(seen, Absent) else max(0.0, wall - seen.mtime_ns / 1e9)
            ),
        )

    def _sources(self, seen: Seen) -> Iterator[Source]:
        yield Source(self._runs.tree, seen, "", parse_json_row, 0.0)

    def _seen(self, folder: Folder) -> Seen | Absent:
        """The run's file of rows as it is now."""
        try:
            descriptor = open_folder(self._root, (START, *folder))
        except OSError as error:
            return Absent(f"its folder cannot be read: {error.strerror}")
        try:
            status = os.stat(ROWS, dir_fd=descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return Absent(NO_ROWS)
        except OSError as error:
            return Absent(f"{ROWS} cannot be read: {error.strerror}")
        finally:
            os.close(descriptor)
        if status.st_size == 0:
            return Absent(NO_ROWS)
        return Seen(Found(folder, ROWS, -1, status), Verdict("rows"))


def gap_of(rows: LatestRow) -> float | Absent:
    seconds = rows.usual_row_seconds
    return Absent("its rows tell no times, or there is one alone") if seconds is None else max(0.0, seconds)
