"""Runs that live, by what the SDK writes."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import zeropoint_sdk as zp
from zeropoint.ai.live_runs import MOST_RUNS, NO_ROWS, LiveRuns
from zeropoint.ai.run_list import RunList
from zeropoint.ai.runs import RUNS_LOOKED_AT
from zeropoint.model import LiveRun
from zeropoint.probe import Reading, Roots
from zeropoint.texts import rfc3339


def told(probe: LiveRuns, now: float = 0.0) -> tuple[list[LiveRun], Reading]:
    reading = probe.read(Roots(), now)
    assert isinstance(reading.report, list)
    return reading.report, reading


@pytest.fixture
def run(tmp_path: Path) -> Iterator[zp.Run]:
    with zp.run("digits", kind="tinygrad", artifacts=tmp_path) as run:
        yield run


def test_a_run_is_told_with_its_last_row_and_the_usual_duration_of_its_steps(run: zp.Run, tmp_path: Path) -> None:
    for step, seconds in enumerate((0.5, 0.1, 0.1, 0.1, 0.9)):
        run.log(step=step, loss=2.0, tokens=32, seconds=seconds)
    (one,), reading = told(LiveRuns(tmp_path))
    assert (one.id, one.name, one.kind, one.pid) == (f"digits/{run.id}", "digits", "tinygrad", os.getpid())
    assert (one.step, one.step_seconds, one.usual_step_seconds, one.loss) == (4, 0.9, 0.1, 2.0)
    assert one.usual_row_seconds is not None
    assert 0 <= one.usual_row_seconds < 10
    assert one.tokens_per_second == pytest.approx(32 / 0.9)
    assert reading.missing == {}


def test_the_age_of_the_last_row_grows_while_the_run_writes_none(run: zp.Run, tmp_path: Path) -> None:
    run.log(step=1, seconds=0.1)
    assert run.folder is not None
    wall = (run.folder / "steps.jsonl").stat().st_mtime
    probe = LiveRuns(tmp_path, clock=lambda: wall)
    ages = []
    for _ in range(3):
        (one,), _ = told(probe)
        ages.append(one.row_age_seconds)
        wall += 20.0
    assert ages == pytest.approx([0.0, 20.0, 40.0], abs=1e-6), "but for the last digit of a time as a float"


def test_a_run_without_rows_says_so_and_rows_that_come_later_are_seen_at_once(run: zp.Run, tmp_path: Path) -> None:
    probe = LiveRuns(tmp_path)
    (one,), reading = told(probe)
    assert (one.step, one.row_age_seconds) == (None, None)
    assert reading.missing["[0].step"] == reading.missing["[0].row_age_seconds"] == NO_ROWS
    run.log(step=7)
    (one,), reading = told(probe)  # no round over the folders is due yet
    assert one.step == 7
    assert reading.missing["[0].loss"] == "the last row has no loss"
    assert reading.missing["[0].usual_step_seconds"] == "its rows tell no duration of a step"
    assert reading.missing["[0].usual_row_seconds"] == "its rows tell no times, or there is one alone"


def test_the_time_between_rows_is_by_what_they_tell_and_not_the_duration_of_a_step(run: zp.Run, tmp_path: Path) -> None:
    assert run.folder is not None
    rows = [
        f'{{"timestamp": "2026-11-28T12:00:{20 * at:02}.000Z", "step": {100 * at}, "step_ms": 200}}' for at in range(3)
    ]
    (run.folder / "steps.jsonl").write_text("\n".join(rows) + "\n")
    (one,), _ = told(LiveRuns(tmp_path))
    assert (one.usual_step_seconds, one.usual_row_seconds) == (0.2, 20.0)


def test_runs_that_have_ended_and_those_of_processes_that_are_gone_are_left_out(run: zp.Run, tmp_path: Path) -> None:
    with zp.run("over", artifacts=tmp_path):
        pass
    code = f"import zeropoint_sdk as zp, os; zp.run('killed', artifacts={str(tmp_path)!r}); os._exit(9)"
    subprocess.run([sys.executable, "-c", code], check=False)
    assert [one.name for one in told(LiveRuns(tmp_path))[0]] == ["digits"]


def test_a_link_in_place_of_the_rows_is_not_followed(run: zp.Run, tmp_path: Path) -> None:
    assert run.folder is not None
    secret = tmp_path / "secret"
    secret.write_text('{"step": 1, "loss": 42}\n')
    (run.folder / "steps.jsonl").unlink()
    (run.folder / "steps.jsonl").symlink_to(secret)
    (one,), reading = told(LiveRuns(tmp_path))
    assert (one.step, one.loss) == (None, None)
    assert "cannot be read" in reading.missing["[0].step"]


def test_of_very_many_runs_those_that_began_last_are_told(tmp_path: Path) -> None:
    runs = [zp.run("many", artifacts=tmp_path) for _ in range(MOST_RUNS + 3)]
    try:
        live, reading = told(LiveRuns(tmp_path))
        assert len(live) == MOST_RUNS
        assert reading.missing[""] == "of 3 runs without an end it is not known whether they live"
    finally:
        for one in runs:
            one.end()


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """A folder in memory where there is one: a disk takes long to make so many files."""
    memory = Path("/dev/shm")  # noqa: S108 - a name of its own is made in it
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def test_beside_more_ended_runs_than_are_looked_at_all_that_live_are_told_and_that_others_may_be_missing(
    in_memory: Path,
) -> None:
    ended = json.dumps({"id": "ended", "started": "2026-11-01T00:00:00Z", "ended": "2026-11-02T00:00:00Z"})
    for number in range(10_001):
        folder = in_memory / "runs" / "many" / str(number)
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(ended)
        os.utime(folder, (1e9 + number, 1e9 + number))
    runs = [zp.run("many" if number % 2 else f"apart{number}", artifacts=in_memory) for number in range(20)]
    try:
        probe, now = LiveRuns(in_memory), 1000.0
        live, reading = told(probe, now)
        assert reading.missing[""].startswith(("still being counted", "43 folders and more"))
        while reading.missing[""].startswith("still being counted"):
            now += 1.0
            live, reading = told(probe, now)
        assert len(live) == 20
        # Beside those of the runs there are `runs` itself, the one of that name, and ten apart.
        assert reading.missing[""] == "33 folders and more lie beyond the first 10,000"
        listing = RunList(in_memory, Roots())
        while (answer := listing.list()).shortfall is None or "still being counted" in answer.shortfall:
            pass
        assert [one.status for one in answer.runs].count("running") == 20
        assert answer.shortfall.startswith("33 folders and more lie beyond the first 10,000")
    finally:
        for one in runs:
            one.end()


def test_a_run_that_lives_is_told_beside_more_newer_ones_whose_processes_are_gone(run: zp.Run, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for number in range(3 * RUNS_LOOKED_AT):
        folder = tmp_path / "runs" / "killed" / str(number)
        folder.mkdir(parents=True)
        started = rfc3339(time.time() + 1 + number / 1000)
        fields = {"pid": gone.pid, "host": platform.node(), "started": started}
        (folder / "run.json").write_text(json.dumps(fields))
    probe = LiveRuns(tmp_path)
    live, reading = told(probe)
    assert (live, reading.missing) == ([], {"": "of 129 runs without an end it is not known whether they live"})
    for _ in range(3):
        live, reading = told(probe)
    assert ([one.id for one in live], reading.missing.get("")) == ([f"digits/{run.id}"], None)


def test_without_a_folder_of_runs_there_are_none(tmp_path: Path) -> None:
    assert told(LiveRuns(tmp_path / "nowhere"))[0] == []
