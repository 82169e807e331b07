"""Runs that live, by what the SDK writes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import zeropoint_sdk as zp
from zeropoint.ai.live_runs import MOST_RUNS, NO_ROWS, LiveRuns
from zeropoint.model import LiveRun
from zeropoint.probe import Reading, Roots


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
        assert len(told(LiveRuns(tmp_path))[0]) == MOST_RUNS
    finally:
        for one in runs:
            one.end()


def test_without_a_folder_of_runs_there_are_none(tmp_path: Path) -> None:
    assert told(LiveRuns(tmp_path / "nowhere"))[0] == []
