"""Two real runs held against one another, by the API of the real process and by the command."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import zeropoint_sdk as zp
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, Appliance, clean_environment, running

STEPS = 60
# Of steps that sleep: enough of them, as they are worth few where other programs hold them up for seconds on end.
SLEPT = 300
# What a job does until a file is there.
BUSY = "import os\nwhile not os.path.exists({stop!r}): sum(range(20000))"
IDLE = "import os, time\nwhile not os.path.exists({stop!r}): time.sleep(0.05)"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Appliance, Path]]:
    with running(tmp_path / "data", "--interval", "0.2", "--artifacts", str(tmp_path / "artifacts")) as appliance:
        yield appliance, tmp_path / "artifacts"


def train(artifacts: Path, name: str, step_seconds: float, above: float = 0.0, **parameters: Any) -> str:
    """A run whose steps are told to take so long: the number is the training's own, as `seconds=` has it."""
    with zp.run(name, kind="tinygrad", artifacts=artifacts, **parameters) as run:
        for step in range(STEPS):
            jitter = 1 + 0.05 * ((step * 7919) % 13 - 6) / 6
            run.log(step=step, loss=2 / (step + 1) + above + 0.01 * jitter, seconds=step_seconds * jitter, tokens=8)
    assert run.id is not None
    return run.id


def slept(artifacts: Path, name: str, seconds: float) -> str:
    """A run in a process of its own whose steps really sleep."""
    source = f"""
import time, zeropoint_sdk as zp
with zp.run({name!r}, artifacts={str(artifacts)!r}) as run:
    for step in range({SLEPT}):
        time.sleep({seconds})
        run.log(step=step, loss=1 / (step + 1), tokens=64)
    print(run.id)
"""
    environment = clean_environment(PYTHONPATH=str(Path(zp.__file__).parents[1]))
    done = subprocess.run([sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def compared(appliance: Appliance, a: str, b: str) -> dict[str, Any]:
    answer = appliance.get(f"/api/v1/runs/compare?a={quote(a, safe='')}&b={quote(b, safe='')}")
    assert answer.status == 200, answer.body
    return answer.json


def measure(answer: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in answer["measures"] if one["name"] == name]
    return found


def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [PROGRAM, "compare", *arguments],
        capture_output=True,
        text=True,
        env=clean_environment(),
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def test_of_two_real_runs_the_one_whose_steps_sleep_longer_differs(watched: tuple[Appliance, Path], tmp_path: Path):
    appliance, artifacts = watched
    quick, slow = slept(artifacts, "digits", 0.005), slept(artifacts, "digits", 0.06)
    answer = compared(appliance, quick, slow)
    step = measure(answer, "step_seconds")
    assert step["verdict"] == "differs", step
    assert step["ratio"]["low"] > 1
    assert step["says"].startswith("B makes a step ") and "times as slow" in step["says"]
    assert measure(answer, "tokens_per_second")["ratio"]["high"] < 1
    assert measure(answer, "loss, equal steps")["verdict"] == "no-difference-told"
    assert (answer["a"]["id"], answer["b"]["id"], answer["a"]["rows"]) == (quick, slow, SLEPT)
    # The command reads the same while the appliance runs: by ids, and by the one name of both.
    for runs in ((quick, slow), ("digits",)):
        done = command(*runs, "--json", "--artifacts", str(artifacts), "--data", str(tmp_path / "data"))
        assert (done.returncode, done.stderr) == (0, "")
        told = json.loads(done.stdout)
        assert told["b"]["id"] == slow
        assert measure(told, "step_seconds") == {**step, "q_value": measure(told, "step_seconds")["q_value"]}


def test_jobs_without_rows_are_compared_by_what_they_took_of_the_machine(
    watched: tuple[Appliance, Path], tmp_path: Path
):
    appliance, artifacts = watched
    for name, source in (("busy", BUSY), ("idle", IDLE)):
        stop = tmp_path / f"{name}.stop"
        arguments = ["run", "--artifacts", str(artifacts), "--name", name, "--quiet", "--"]
        job = subprocess.Popen(
            [PROGRAM, *arguments, sys.executable, "-c", source.format(stop=str(stop))], env=clean_environment()
        )
        try:
            seen = 0
            newest = appliance.get("/metrics/json").json["id"]
            while seen < 60:
                got = appliance.get(f"/metrics/json?since={newest}&wait=10").json["samples"]
                newest = got[-1]["id"]
                seen += sum(any(row["name"] == name for row in one["ledger"]["workloads"] or []) for one in got)
        finally:
            stop.touch()
            job.wait(TIMEOUT_SECONDS)
    runs = {one["name"]: one["id"] for one in appliance.get("/api/v1/runs").json["runs"]}
    answer = compared(appliance, runs["idle"], runs["busy"])
    cpu = measure(answer, "cpu_percent")
    assert cpu["of"] == "workload"
    assert cpu["a"]["n"] > 20 and cpu["b"]["mean"] > cpu["a"]["mean"]
    assert measure(answer, "system.cpu.usage_percent")["of"] == "machine"
    missing = {one["path"]: one["reason"] for one in answer["unavailable"]}
    assert missing["measures.step_seconds"] == "A and B has not written it"


def test_what_was_recorded_of_them_is_told_and_secrets_are_not(watched: tuple[Appliance, Path]):
    appliance, artifacts = watched
    hostile = "<img src=x onerror=alert(1)>\u202e\x1b[31m"
    a = train(artifacts, "digits", 0.1, lr=0.1, note=hostile)
    b = train(artifacts, "digits", 0.1, lr=0.2, note="plain")
    for id, secret in ((a, "--api-key=canary-4711"), (b, "--seed=2")):
        (file,) = artifacts.glob(f"runs/*/{id}/run.json")
        file.write_text(json.dumps({**json.loads(file.read_text()), "command": ["python", "train.py", secret]}))
    answer = compared(appliance, a, b)
    told = {one["name"]: (one["a"], one["b"]) for one in answer["told"]}
    assert told["hyperparameters.lr"] == (0.1, 0.2)
    assert told["command"][1] == "python train.py --seed=2"
    assert "canary" not in json.dumps(answer)
    done = command(a, b, "--artifacts", str(artifacts), "--data", str(artifacts / "none"))
    assert done.returncode == 0
    assert "canary" not in done.stdout and "\x1b" not in done.stdout and "\u202e" not in done.stdout
    assert "hyperparameters.lr: 0.1 | 0.2" in done.stdout
    assert "there is no history in" in done.stdout


def test_hostile_ids_and_rows_are_data(watched: tuple[Appliance, Path]):
    appliance, artifacts = watched
    names = ["../../etc/passwd", '"><img src=x onerror="alert(1)">', "a*b", "x" * 200]
    for place, id in enumerate(names):
        folder = artifacts / f"runs/hostile*/{place}"
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(
            json.dumps({"id": id, "name": id, "started": "2026-11-24T09:00:00Z", "ended": "2026-11-24T08:00:00Z"})
        )
        rows = [
            '{"step": NaN, "loss": 1}',
            "[" * 5000,
            '{"step": 1e400, "loss": Infinity}',
            *(json.dumps({"step": at, "loss": 1e308}) for at in range(40)),
        ]
        (folder / "steps.jsonl").write_text("\n".join(rows) + "\n")
    for a, b in pairwise(names):
        assert compared(appliance, a, b)["b"]["id"] == b


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "bad-parameter"),
        ("a=x", 400, "bad-parameter"),
        ("a=x&b=x", 400, "bad-parameter"),
        ("a=x&a=y&b=z", 400, "bad-parameter"),
        ("a=" + "x" * 201 + "&b=y", 400, "bad-parameter"),
        ("a=nobody&b=neither", 404, "unknown-run"),
        ("a=..%2F..%2Fetc&b=%00", 404, "unknown-run"),
    ],
)
def test_what_is_asked_wrongly_is_an_error_in_json(appliance: Appliance, query: str, status: int, code: str):
    answer = appliance.get(f"/api/v1/runs/compare?{query}")
    assert (answer.status, answer.json["error"]["code"]) == (status, code)


def test_a_run_that_is_known_does_not_excuse_one_that_is_not(watched: tuple[Appliance, Path]):
    appliance, artifacts = watched
    id = train(artifacts, "digits", 0.1)
    answer = appliance.get(f"/api/v1/runs/compare?a={id}&b=gone")
    assert (answer.status, answer.json["error"]["detail"]) == (404, {"id": "gone"})


def test_without_history_rows_are_compared_all_the_same(tmp_path: Path):
    artifacts = tmp_path / "artifacts"
    with running(tmp_path / "data", "--artifacts", str(artifacts), ZEROPOINT_HISTORY="false") as appliance:
        a, b = train(artifacts, "digits", 0.1), train(artifacts, "digits", 0.3, above=0.5)
        answer = compared(appliance, a, b)
    assert measure(answer, "step_seconds")["verdict"] == "differs"
    assert measure(answer, "loss, equal steps")["says"].startswith("B's loss at equal steps is higher by 0.5")
    assert {one["reason"] for one in answer["unavailable"] if one["path"].startswith("history")} == {
        "the history is switched off (setting history)"
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Missing argument"),
        (("digits",), "a single name takes two runs of it"),
        (("a", "b", "c"), "two runs are compared, and 3 are given"),
        (("nobody", "digits"), "there is no run with the id or name 'nobody'"),
        (("digits", "digits"), "are the same run"),
    ],
)
def test_wrong_arguments_cost_one_line_and_exit_code_2(arguments: tuple[str, ...], words: str, tmp_path: Path):
    train(tmp_path, "digits", 0.1)
    done = command(*arguments, "--artifacts", str(tmp_path), "--data", str(tmp_path / "data"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert words in done.stderr
