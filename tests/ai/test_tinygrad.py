"""tinygrad by its artifacts, in real directories and with real processes."""

import itertools
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ai.watch import Put, Watch
from zeropoint.ai.tinygrad import Tinygrad, TinygradLatest, TinygradReport
from zeropoint.ai.tree import Limits
from zeropoint.processes import ProcessTable
from zeropoint.texts import rfc3339

ROW = '{"step": 299, "step_ms": 250.0, "tokens_s": 147116, "loss": 0.5457, "gflops": 0.769, "mem_used": 54992}\n'


@pytest.fixture
def watch(artifacts: Path) -> Watch:
    return Watch(Tinygrad, artifacts)


@pytest.fixture
def trainer() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until its input ends."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        try:
            yield child
        finally:
            child.kill()


def run_json(pid: int, **more: object) -> str:
    run = {"id": "r1", "kind": "tinygrad", "host": platform.node(), "pid": pid, "started": rfc3339(time.time())}
    return json.dumps({**run, **more})


def test_nothing_at_all_is_absent(watch: Watch, artifacts: Path) -> None:
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert (report.status, report.artifacts_count, report.runs_count) == ("absent", 0, 0)
    # To others than root it says besides whose processes may not be asked.
    assert report.reason is not None
    assert report.reason.startswith(f"nothing of it in train, metrics/tinygrad*.jsonl and runs of {artifacts}")


def test_a_missing_artifacts_directory_is_absent(artifacts: Path) -> None:
    assert Watch(Tinygrad, artifacts / "none").read().status == "absent"


def test_folders_that_merely_exist_are_no_evidence(watch: Watch, artifacts: Path) -> None:
    for name in ("train/models", "metrics", "runs"):
        (artifacts / name).mkdir(parents=True)
    assert watch.read().status == "absent"


def test_counts_what_the_contract_counts(watch: Watch, put: Put, artifacts: Path, tmp_path: Path) -> None:
    for name in ("run.json", "loss_curve.csv", "checkpoint.safetensors", "models/a.bin", ".hidden", ".git/config"):
        put(f"train/{name}")
    put("metrics/tinygrad.jsonl")
    put("metrics/tinygrad_eval.jsonl")
    put("metrics/other.jsonl")
    put("metrics/tinygrad.txt")
    put("../metrics/tinygrad.jsonl")
    (artifacts / "train" / "link").symlink_to(tmp_path)
    put("runs/mnist/1/run.json", '{"kind": "tinygrad"}')
    put("runs/chat/1/run.json", '{"kind": "petals"}')
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert report.artifacts_count == 4 + 3
    assert report.runs_count == 2
    assert report.reason is not None
    assert "1 links in train left out" in report.reason


def test_rows_without_a_process_are_unknown_while_fresh_and_stopped_after(watch: Watch, put: Put) -> None:
    put("metrics/tinygrad.jsonl", ROW)
    first = watch.read()
    assert (first.status, first.reason) == ("unknown", "rows are fresh, but no process of it is known")
    assert first.pids is None
    later = watch.read(after=11)
    assert later.status == "stopped"
    assert later.last_updated == first.last_updated
    assert later.since == rfc3339(watch.wall)


def test_fresh_rows_of_a_known_process_are_running_then_idle_then_failed(
    watch: Watch, put: Put, trainer: subprocess.Popen[bytes]
) -> None:
    put("runs/mnist/r1/run.json", run_json(trainer.pid))
    rows = put("runs/mnist/r1/steps.jsonl", ROW)
    report = watch.read()
    assert (report.status, report.pids) == ("running", [trainer.pid])
    assert watch.read(after=11).status == "idle"
    watch.wall += 60
    with rows.open("a") as file:
        file.write(ROW)
    os.utime(rows, (watch.wall, watch.wall))
    assert watch.read().status == "running"
    trainer.kill()
    trainer.wait()
    report = watch.read()
    assert (report.status, report.reason) == (
        "failed",
        f"process {trainer.pid} of run r1 is gone and has written no end",
    )


@pytest.mark.parametrize(("exit_code", "status"), [(0, "stopped"), (1, "failed")])
def test_a_run_that_ended_is_told_at_once(watch: Watch, put: Put, exit_code: int, status: str) -> None:
    put("runs/mnist/r1/steps.jsonl", ROW)
    put("runs/mnist/r1/run.json", run_json(1, ended=rfc3339(time.time()), exit_code=exit_code))
    assert watch.read().status == status


def test_slow_steps_stay_running_for_three_of_them(watch: Watch, put: Put, trainer: subprocess.Popen[bytes]) -> None:
    put("runs/mnist/r1/run.json", run_json(trainer.pid))
    put("runs/mnist/r1/steps.jsonl", '{"step": 1, "step_ms": 20000}\n' * 3)
    assert watch.read(after=50).status == "running"
    assert watch.read(after=12).status == "idle"


def test_the_latest_row_is_told(watch: Watch, put: Put) -> None:
    put("metrics/tinygrad.jsonl", '{"step": 1}\n' + ROW)
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert report.latest == TinygradLatest(
        run="tinygrad",
        step=299,
        step_seconds=0.25,
        tokens_per_second=147116.0,
        loss=0.5457,
        gflops=0.769,
        memory_used_bytes=54992,
    )


def test_kernels_a_second_follow_from_those_of_the_step(watch: Watch, put: Put) -> None:
    put("metrics/tinygrad.jsonl", '{"step": 1, "step_ms": 250, "kernels": 20}\n')
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert report.latest is not None
    assert report.latest.kernels_per_second == 80
    put("metrics/tinygrad.jsonl", '{"step": 2, "step_ms": 0, "kernels": 20}\n')
    watch.read(after=2)
    assert watch.missing["latest.kernels_per_second"] == "the last row has no duration"


def test_rows_of_a_process_that_was_seen_to_end_are_no_fresh_work(artifacts: Path, put: Put, tmp_path: Path) -> None:
    seconds = itertools.count(0, 2)  # each look lists the processes anew
    watch = Watch(Tinygrad, artifacts, processes=ProcessTable(lambda: float(next(seconds))))
    cache = tmp_path / "tinygrad/cache.db"
    cache.parent.mkdir()
    code = "import sys; file = open(sys.argv[1], 'a'); print('opened', flush=True); sys.stdin.readline()"
    command = [sys.executable, "-c", code, str(cache)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as trainer:
        assert trainer.stdout is not None
        assert trainer.stdout.readline() == b"opened\n"
        put("metrics/tinygrad.jsonl", ROW)
        report = watch.read()
        assert report.status == "running"
        assert report.pids == [trainer.pid]
        trainer.kill()
    report = watch.read(after=0.1)
    assert (report.status, report.pids) == ("stopped", None)
    # Whoever writes now is another one.
    put("metrics/tinygrad.jsonl", ROW, age=time.time() - watch.wall)
    assert watch.read(after=2).status == "unknown"


def test_a_torn_row_and_garbage_cost_themselves_alone(watch: Watch, put: Put) -> None:
    path = put("metrics/tinygrad.jsonl", ROW + "\x00garbage\n[]\n" + '{"step": 300, "loss": 0.')
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert report.latest is not None
    assert report.latest.step == 299
    with path.open("a") as file:
        file.write("5}\n")
    report = watch.read(after=2)
    assert isinstance(report, TinygradReport)
    assert report.latest is not None
    assert (report.latest.step, report.latest.loss) == (300, 0.5)


def test_nan_is_null_with_the_reason(watch: Watch, put: Put) -> None:
    put("metrics/tinygrad.jsonl", '{"step": 7, "loss": NaN, "tokens_s": Infinity, "step_ms": "fast"}\n')
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert report.latest == TinygradLatest(run="tinygrad", step=7)
    assert watch.missing["latest.loss"] == "the last row says NaN"
    assert watch.missing["latest.tokens_per_second"] == "the last row says infinity"
    assert watch.missing["latest.step_seconds"] == "step_ms of the last row is no number"
    assert watch.missing["latest.gflops"] == "the last row has no gflops"


def test_a_run_that_writes_both_files_keeps_its_name(watch: Watch, put: Put) -> None:
    put("runs/mnist/r1/run.json", run_json(1))
    put("runs/mnist/r1/steps.jsonl", ROW, age=2)
    put("metrics/tinygrad.jsonl", ROW)
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert report.latest is not None
    assert report.latest.run == "r1"


def test_the_curve_is_read_where_there_are_no_other_rows(watch: Watch, put: Put) -> None:
    put("train/loss_curve.csv", "step,loss,step_ms,tokens_s\n1,2.5,10,100\n2,2.25,20,200\n3,2")
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert report.latest is not None
    assert (report.latest.step, report.latest.loss, report.latest.step_seconds) == (2, 2.25, 0.02)


def test_a_file_without_a_row_says_so(watch: Watch, put: Put) -> None:
    put("metrics/tinygrad.jsonl", b"\xff" * 200_000)
    watch.read()
    assert watch.missing["latest"] == "tinygrad.jsonl holds no row that can be read"


def test_rows_of_a_file_whose_time_lies_in_the_future_are_told_all_the_same(watch: Watch, put: Put) -> None:
    put("metrics/tinygrad.jsonl", ROW, age=-3600)
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert (report.status, report.last_updated) == ("stopped", None)
    assert report.latest is not None
    assert report.latest.step == 299


def test_times_in_the_future_are_no_evidence(watch: Watch, put: Put) -> None:
    put("train/a", age=-3600)
    report = watch.read()
    assert (report.status, report.last_updated) == ("stopped", None)
    put("train/b", age=100)
    report = watch.read(after=5)
    assert report.last_updated is not None
    assert report.last_updated < rfc3339(watch.wall)


def test_what_was_not_counted_is_told_as_the_reason_of_the_count(artifacts: Path, put: Put) -> None:
    for number in range(20):
        put(f"train/{number}")
    watch = Watch(Tinygrad, artifacts, limits=Limits(entries=10))
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert report.artifacts_count is None
    assert watch.missing["artifacts_count"] == "counting stopped after 10 entries; 10 counted"


def test_rows_are_not_followed_out_of_the_artifacts(watch: Watch, artifacts: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.jsonl").write_text('{"step": 1, "loss": 0.123}\n')
    (artifacts / "metrics").mkdir()
    (artifacts / "metrics" / "tinygrad.jsonl").symlink_to(tmp_path / "secret.jsonl")
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert (report.status, report.latest, report.artifacts_count) == ("absent", None, 0)


def test_a_pipe_in_place_of_rows_does_not_hold_the_reading(watch: Watch, artifacts: Path) -> None:
    (artifacts / "metrics").mkdir()
    os.mkfifo(artifacts / "metrics" / "tinygrad.jsonl")
    assert watch.read().status == "absent"


def test_names_of_any_bytes_reach_the_report_as_text(watch: Watch, artifacts: Path) -> None:
    (artifacts / "metrics").mkdir()
    path = os.fsencode(artifacts / "metrics") + b"/tinygrad\xff\n<b>.jsonl"
    with open(path, "wb") as file:
        file.write(ROW.encode())
    report = watch.read()
    assert isinstance(report, TinygradReport)
    assert report.latest is not None
    assert report.latest.run == "tinygrad\ufffd\ufffd<b>"
