"""The list of runs over real directories and processes."""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ai.watch import Put
from zeropoint.ai.run_list import MOST_RUNS, RunList
from zeropoint.probe import Roots
from zeropoint.texts import rfc3339


def made(artifacts: Path, put: Put, name: str, number: str, **fields: object) -> None:
    put(f"runs/{name}/{number}/run.json", json.dumps({"id": number, "name": name, **fields}))


def test_runs_of_all_kinds_newest_first(artifacts: Path, put: Put) -> None:
    made(artifacts, put, "a", "1", kind="tinygrad", started="2026-11-24T10:00:00Z", exit_code=0)
    made(artifacts, put, "b", "2", kind="petals", started="2026-11-24T12:00:00Z", exit_code=1)
    made(artifacts, put, "c", "3", kind="job", started="2026-11-24T11:00:00Z", exit_code=143)
    put("runs/d/4/run.json", "no json")
    listing = RunList(artifacts, Roots()).list()
    assert listing.shortfall is None
    assert [(run.id, run.kind, run.status) for run in listing.runs] == [
        ("2", "petals", "failed"),
        ("3", "job", "stopped"),
        ("1", "tinygrad", "finished"),
    ]


def test_a_run_is_running_while_its_process_lives(artifacts: Path, put: Put) -> None:
    runs = RunList(artifacts, Roots())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        made(artifacts, put, "a", "1", pid=child.pid, host=platform.node(), started=rfc3339(time.time()))
        assert [run.status for run in runs.list().runs] == ["running"]
        child.kill()
    (run,) = runs.list().runs
    assert (run.status, run.reason) == ("failed", f"process {child.pid} of run 1 is gone and has written no end")


def test_a_new_run_is_listed_at_the_next_look(artifacts: Path, put: Put) -> None:
    now = 1000.0
    runs = RunList(artifacts, Roots(), monotonic=lambda: now)
    assert runs.list().runs == []
    for number in range(1, 4):
        now += 5
        made(artifacts, put, "a", str(number), started=f"2026-11-24T10:00:0{number}Z")
        assert [run.id for run in runs.list().runs] == [str(known) for known in range(number, 0, -1)]


def test_the_newest_of_many_are_told_and_that_there_are_more(artifacts: Path, put: Put) -> None:
    for number in range(MOST_RUNS + 3):
        made(artifacts, put, "a", str(number), started=rfc3339(1e9 + number), exit_code=0)
    listing = RunList(artifacts, Roots()).list()
    assert len(listing.runs) == MOST_RUNS
    assert listing.runs[0].id == str(MOST_RUNS + 2)
    assert listing.shortfall == "3 older runs are left out"


def test_the_rows_of_a_run(artifacts: Path, put: Put) -> None:
    made(artifacts, put, "a", "1")
    made(artifacts, put, "a", "2")
    put("runs/a/1/steps.jsonl", '{"step": 1, "loss": 0.5}\n')
    runs = RunList(artifacts, Roots())
    told = runs.steps("1", 500)
    assert told is not None
    assert told.columns == {"step": [1], "loss": [0.5]}
    empty = runs.steps("2", 500)
    assert empty is not None
    assert empty.timestamps == []
    for unknown in ("3", "../a/1", "a/1", ""):
        assert runs.steps(unknown, 500) is None


def test_the_original_layout_is_a_run_too(artifacts: Path, put: Put) -> None:
    put("train/run.json", json.dumps({"seed": 7, "hyperparameters": {"lr": 0.1}}))
    put("train/loss_curve.csv", "step,loss,step_ms,tokens_s\n1,2.5,10,100\n2,2.25,20,200\n")
    runs = RunList(artifacts, Roots())
    (run,) = runs.list().runs
    assert (run.id, run.name, run.hyperparameters) == ("train", "train", {"lr": 0.1})
    told = runs.steps("train", 500)
    assert told is not None
    assert told.columns["loss"] == [2.5, 2.25]
    for place, loss in (("../metrics", 1.25), ("metrics", 1.5)):
        put(f"{place}/tinygrad.jsonl", f'{{"step": 9, "loss": {loss}}}\n')
        told = runs.steps("train", 500)
        assert told is not None
        assert told.columns == {"step": [9], "loss": [loss]}


def test_links_lead_nowhere_and_pipes_hold_nobody(artifacts: Path, put: Put, tmp_path: Path) -> None:
    (tmp_path / "secret.jsonl").write_text('{"step": 1, "loss": 0.123}\n')
    (tmp_path / "run.json").write_text('{"id": "outside"}')
    made(artifacts, put, "a", "1")
    made(artifacts, put, "a", "2")
    (artifacts / "runs/a/1/steps.jsonl").symlink_to(tmp_path / "secret.jsonl")
    os.mkfifo(artifacts / "runs/a/2/steps.jsonl")
    (artifacts / "train").mkdir()
    (artifacts / "train/run.json").symlink_to(tmp_path / "run.json")
    runs = RunList(artifacts, Roots())
    assert {run.id for run in runs.list().runs} == {"1", "2"}
    for number in ("1", "2"):
        with pytest.raises(OSError, match=r"no regular file|symbolic links"):
            runs.steps(number, 500)
