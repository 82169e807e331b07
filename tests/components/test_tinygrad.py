"""Real trainings with tinygrad on the CPU, as the real appliance tells of them while they run and when they end."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_run import record_of
from tests.components.venvs import ROOT, python_of
from tests.support.process import PROGRAM, Appliance, clean_environment, running

TRAINING = Path(__file__).with_name("train_tinygrad.py")
# The bounds of the issue: seen to run, and seen to have ended.
RUNNING_SECONDS, ENDED_SECONDS = 5, 10
WAIT_SECONDS = 60


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Appliance, Path]]:
    artifacts = tmp_path / "artifacts"
    artifacts.mkdir()
    with running(tmp_path / "data", "--artifacts", str(artifacts)) as appliance:
        yield appliance, artifacts


@contextmanager
def training(*command: object, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that has made its first step; it ends when its input does."""
    given = clean_environment(PYTHONPATH=str(ROOT / "sdk/src"), PYTHONUNBUFFERED="1", **environment)
    arguments = [str(part) for part in command]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=given, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def first_step(process: "subprocess.Popen[str]") -> str:
    """Waits for it; answers with the run's id."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("first step of "), "it ended before its first step"
    return line.split()[-1]


def all_of(process: "subprocess.Popen[str]", pids: list[int]) -> bool:
    """Whether these belong to it, those that have ended since aside: tinygrad compiles in processes of its own."""
    return {session_of(pid) for pid in pids} <= {process.pid, None}


def session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def when(appliance: Appliance, within_seconds: float, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """What is told of tinygrad in the first sample in which it is as wanted."""
    began = time.monotonic()
    sample = appliance.get("/metrics/json").json
    while True:
        told: dict[str, Any] = sample["ai"]["components"]["tinygrad"]
        if wanted(told):
            return told
        assert time.monotonic() - began < within_seconds, told
        answer = appliance.get(f"/metrics/json?since={sample['id']}&wait=5").json
        sample = answer["samples"][-1] if answer["samples"] else sample


def unavailable(appliance: Appliance) -> dict[str, str]:
    rows = appliance.get("/metrics/json?sections=ai.components.tinygrad").json["unavailable"]
    return {row["path"].removeprefix("ai.components.tinygrad."): row["reason"] for row in rows}


def test_a_training_with_the_sdk_is_followed_step_by_step_and_its_death_is_noticed(
    watched: tuple[Appliance, Path],
) -> None:
    appliance, artifacts = watched
    assert when(appliance, WAIT_SECONDS, lambda told: told["status"])["status"] == "absent"
    with training(python_of("tinygrad"), TRAINING, artifacts) as process:
        run = first_step(process)
        told = when(appliance, RUNNING_SECONDS, lambda told: told["status"] == "running" and told["latest"])
        assert process.pid in told["pids"]
        assert all_of(process, told["pids"])
        assert told["runs_count"] == 1
        assert told["latest"]["run"] == run
        first = told["latest"]["step"]
        told = when(appliance, WAIT_SECONDS, lambda told: told["latest"]["step"] > first + 20)
        assert told["status"] == "running"
        latest = told["latest"]
        assert 0 < latest["step_seconds"] < 10
        assert latest["tokens_per_second"] == pytest.approx(128 / latest["step_seconds"], rel=1e-3)
        assert 0 < latest["loss"] < 10
        assert latest["gflops"] > 0
        assert latest["kernels_per_second"] > 0
        assert latest["memory_used_bytes"] > 0
        (listed,) = appliance.get("/api/v1/runs").json["runs"]
        assert (listed["id"], listed["status"], listed["hyperparameters"]) == (
            run,
            "running",
            {"batch": 128, "lr": 0.001},
        )
        process.kill()
        process.wait()
        told = when(appliance, ENDED_SECONDS, lambda told: told["status"] in ("stopped", "failed"))
    assert told["status"] == "failed"
    assert told["reason"] == f"process {process.pid} of run {run} is gone and has written no end"
    assert told["pids"] is None
    (listed,) = appliance.get("/api/v1/runs").json["runs"]
    assert (listed["status"], listed["ended"]) == ("failed", None)
    columns = appliance.get(f"/api/v1/runs/steps?id={run}").json["columns"]
    assert columns["step"][0] == 0
    assert columns["loss"][-1] < columns["loss"][0], "it did not learn"


def test_a_training_that_is_not_edited_is_known_by_zeropoint_run(watched: tuple[Appliance, Path]) -> None:
    appliance, artifacts = watched
    python = python_of("tinygrad")
    command = (
        PROGRAM,
        "run",
        "--name",
        "quiet",
        "--kind",
        "tinygrad",
        "--artifacts",
        artifacts,
        "--",
        python,
        TRAINING,
    )
    with training(*command) as wrapper:
        first_step(wrapper)
        told = when(appliance, RUNNING_SECONDS, lambda told: told["status"] == "running")
        job = record_of(artifacts)["pid"]
        assert job in told["pids"]
        assert wrapper.pid not in told["pids"]
        assert told["latest"] is None
        assert unavailable(appliance)["latest"] == "no row has been written"
        # What was written at its start is old by then: it is known to work by what it uses.
        told = when(appliance, WAIT_SECONDS, lambda told: told["reason"] is not None)
        assert told["status"] == "running"
        assert told["reason"] == "it writes no rows now: its processes use the processor"
        os.kill(job, signal.SIGKILL)
        assert wrapper.wait(WAIT_SECONDS) == 128 + signal.SIGKILL
        told = when(appliance, ENDED_SECONDS, lambda told: told["status"] in ("stopped", "failed"))
    assert told["status"] == "failed"
    assert told["reason"].endswith("ended with exit code 137")
    (listed,) = appliance.get("/api/v1/runs").json["runs"]
    assert (listed["name"], listed["status"], listed["exit_code"]) == ("quiet", "failed", 137)


def test_a_training_that_nothing_tells_of_is_found_by_the_cache_that_it_holds_open(
    watched: tuple[Appliance, Path],
) -> None:
    appliance, _ = watched
    with training(python_of("tinygrad"), TRAINING) as process:
        first_step(process)
        told = when(appliance, RUNNING_SECONDS, lambda told: told["status"] == "running")
        assert process.pid in told["pids"]
        assert all_of(process, told["pids"])
        os.kill(process.pid, signal.SIGSTOP)  # it lives, and does nothing
        told = when(appliance, WAIT_SECONDS, lambda told: told["status"] != "running")
        assert told["status"] == "idle"
        assert process.pid in told["pids"]
        process.kill()
        process.wait()
        told = when(appliance, ENDED_SECONDS, lambda told: told["status"] in ("stopped", "failed"))
    assert (told["status"], told["pids"]) == ("stopped", None)


def test_a_training_that_ends_by_itself_has_stopped(watched: tuple[Appliance, Path]) -> None:
    appliance, artifacts = watched
    with training(python_of("tinygrad"), TRAINING, artifacts) as process:
        first_step(process)
        when(appliance, RUNNING_SECONDS, lambda told: told["status"] == "running")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(WAIT_SECONDS) == 0
        told = when(appliance, ENDED_SECONDS, lambda told: told["status"] != "running")
    assert told["status"] == "stopped"
    assert appliance.get("/api/v1/runs").json["runs"][0]["status"] == "finished"
