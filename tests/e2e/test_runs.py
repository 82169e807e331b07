"""/api/v1/runs of the real process, with runs as the SDK and `zeropoint run` leave them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import zeropoint_sdk as zp
from tests.support.hanging import hanging_mount
from tests.support.process import PROGRAM, Appliance, clean_environment, running


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Appliance, Path]]:
    with running(tmp_path / "data", "--artifacts", str(tmp_path / "artifacts")) as appliance:
        yield appliance, tmp_path / "artifacts"


def test_runs_of_the_sdk_and_of_jobs_are_listed_and_their_rows_told(watched: tuple[Appliance, Path]) -> None:
    appliance, artifacts = watched
    assert appliance.get("/api/v1/runs").json == {"runs": [], "unavailable": []}
    with zp.run("digits", kind="tinygrad", artifacts=artifacts, lr=0.5) as run:
        for step in range(10):
            run.log(step=step, loss=1 / (step + 1), tokens=8)
        (told,) = appliance.get("/api/v1/runs").json["runs"]
        assert (told["id"], told["status"], told["ended"]) == (run.id, "running", None)
    command = [PROGRAM, "run", "--artifacts", str(artifacts), "--", "sh", "-c", "exit 3"]
    assert subprocess.run(command, env=clean_environment(), check=False).returncode == 3
    runs = appliance.get("/api/v1/runs").json["runs"]
    assert [(one["name"], one["kind"], one["status"], one["exit_code"]) for one in runs] == [
        ("sh", "job", "failed", 3),
        ("digits", "tinygrad", "finished", 0),
    ]
    assert (runs[1]["hyperparameters"], runs[1]["receipt"]) == ({"lr": 0.5}, None)
    receipt = runs[0]["receipt"]
    assert receipt["wall_seconds"] > 0
    assert receipt["limits"] == []
    told = {row["path"] for row in receipt["unavailable"]}
    assert {name for name, value in receipt.items() if value is None} <= told
    steps = appliance.get(f"/api/v1/runs/steps?id={run.id}").json
    assert steps["id"] == run.id
    assert steps["columns"]["step"] == list(range(10))
    assert steps["columns"]["loss"] == [1 / (step + 1) for step in range(10)]
    assert set(steps["columns"]) == {"step", "loss", "tokens", "tokens_per_second", "step_seconds"}
    assert {row["path"] for row in steps["unavailable"]} == {"columns.tokens_per_second", "columns.step_seconds"}
    assert len(appliance.get(f"/api/v1/runs/steps?id={run.id}&points=3").json["timestamps"]) == 3


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("id=nobody", 404, "unknown-run"),
        ("", 400, "bad-parameter"),
        ("id=a&points=1", 400, "bad-parameter"),
        ("id=a&points=99999", 400, "bad-parameter"),
        ("id=a&points=many", 400, "bad-parameter"),
        ("id=" + "x" * 201, 400, "bad-parameter"),
        ("id=..%2F..%2Fetc", 404, "unknown-run"),
        ("id=%00", 404, "unknown-run"),
    ],
)
def test_what_is_asked_wrongly_is_an_error_in_json(appliance: Appliance, query: str, status: int, code: str) -> None:
    answer = appliance.get(f"/api/v1/runs/steps?{query}")
    assert answer.status == status
    assert answer.json["error"]["code"] == code


def test_a_disk_that_hangs_holds_nothing_but_the_answer_about_runs(watched: tuple[Appliance, Path]) -> None:
    appliance, artifacts = watched
    runs = artifacts / "runs"
    runs.mkdir(parents=True)
    with hanging_mount(runs):
        with appliance.connect() as asking:
            asking.sendall(f"GET /api/v1/runs HTTP/1.1\r\nHost: localhost:{appliance.port}\r\n\r\n".encode())
            newest = appliance.get("/metrics/json").json["id"]
            # Samples go on while the answer is waited for.
            for _ in range(2):
                (sample,) = appliance.get(f"/metrics/json?since={newest}&wait=10").json["samples"][:1]
                assert sample["id"] != newest
                newest = sample["id"]
            assert asking.recv(12) == b"HTTP/1.1 503"
        answer = appliance.get("/api/v1/runs")
        assert (answer.status, answer.json["error"]["code"]) == (503, "disk-busy")
    # It answers again once the disk does.
    answers = (appliance.get("/api/v1/runs") for _ in range(100))
    assert next(answer for answer in answers if answer.status == 200).json["runs"] == []
