"""Runs on disk, and whether their process lives: with real processes of this machine."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ai.watch import Put
from zeropoint.ai.rows import parse_json_row
from zeropoint.ai.runs import RUN_FILE_BYTES, Run, Runs, life_of, parse_run
from zeropoint.ai.texts import rfc3339
from zeropoint.probe import Roots


@contextmanager
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until its input ends."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        try:
            yield child
        finally:
            child.kill()


def run_of(pid: int | None, started: float | None, host: str | None = None) -> Run:
    return Run("1", "tinygrad", host or platform.node(), pid, started, None, None)


def test_a_process_that_started_before_its_run_lives() -> None:
    with process() as child:
        now = time.time()
        assert life_of(run_of(child.pid, now), Roots(), now) == "live"
        assert life_of(run_of(child.pid, now + 3600), Roots(), now) == "live", "a run may begin late in a process"


def test_a_process_that_started_after_the_run_has_taken_over_its_number() -> None:
    with process() as child:
        now = time.time()
        assert life_of(run_of(child.pid, now - 60), Roots(), now) == "gone"


def test_a_process_that_ended_is_gone_also_before_its_parent_has_noticed() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is kept as a zombie
    now = time.time()
    assert life_of(run_of(child.pid, now), Roots(), now) == "gone"
    child.wait()
    assert life_of(run_of(child.pid, now), Roots(), now) == "gone"


@pytest.mark.parametrize(
    "run",
    [run_of(None, 1.0), run_of(os.getpid(), None), run_of(os.getpid(), time.time(), "another-machine")],
    ids=["no process", "no start", "another machine"],
)
def test_what_cannot_be_seen_from_here(run: Run) -> None:
    assert life_of(run, Roots(), time.time()) == "unseen"


def test_a_proc_that_hides_other_users_tells_nothing(tmp_path: Path) -> None:
    assert life_of(run_of(os.getpid(), time.time()), Roots(proc=str(tmp_path)), time.time()) == "unseen"


def test_a_recorded_tree_tells_of_its_processes(tmp_path: Path) -> None:
    for name, content in {
        "1/stat": "1 (systemd) S 0 1 1",
        "uptime": "5000.00 9000.00",
        "sys/kernel/hostname": "gpubox",
        "42/stat": "42 (a) b (c)) R 1 42 42 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 100000 1 1",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content + "\n")
    wall = 1_800_000_000.0
    started = wall - 5000 + 100000 / os.sysconf("SC_CLK_TCK")
    roots = Roots(proc=str(tmp_path))
    assert life_of(run_of(42, started + 1, "gpubox"), roots, wall) == "live"
    assert life_of(run_of(42, started - 60, "gpubox"), roots, wall) == "gone"
    assert life_of(run_of(43, started, "gpubox"), roots, wall) == "gone"


def test_what_does_not_fit_is_left_out_of_a_run() -> None:
    content = (
        b'{"id": "a\\ud800\\nb", "kind": 3, "host": [], "pid": true, "started": "soon", "exit_code": 1e9, '
        b'"hyperparameters": {"lr": NaN}}'
    )
    assert parse_run(content, ("mnist", "7")) == Run("a\ufffd\ufffdb", "", None, None, None, None, None)
    assert parse_run(b'{"id": ""}', ("mnist", "7")) == Run("7", "", None, None, None, None, None)
    assert parse_run(b"[]", ("mnist", "7")) is None


@given(
    st.binary(max_size=100)
    | st.dictionaries(
        st.sampled_from(["id", "kind", "host", "pid", "started", "ended", "exit_code"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none()),
    ).map(lambda fields: json.dumps(fields).encode())
)
def test_any_run_file_is_a_run_or_none(content: bytes) -> None:
    run = parse_run(content, ("mnist", "7"))
    assert (run is None) == (parse_json_row(content) is None)
    if run is not None and run.pid is not None:
        assert 0 < run.pid < 2**31


def look(runs: Runs, now: float = 1000.0) -> None:
    runs.look(Roots(), now, time.time())


def test_runs_of_one_kind_alone_are_counted(artifacts: Path, put: Put) -> None:
    put("runs/mnist/1/run.json", '{"kind": "tinygrad"}')
    put("runs/mnist/1/steps.jsonl", "{}\n")
    put("runs/serve/1/run.json", '{"kind": "petals"}')
    put("runs/garbage/1/run.json", "{")
    put("runs/huge/1/run.json", '{"kind": "tinygrad", "x": "' + "x" * RUN_FILE_BYTES + '"}')
    put("runs/stray.json", '{"kind": "tinygrad"}')
    put("runs/mnist/1/deeper/run.json", '{"kind": "tinygrad"}')
    runs = Runs(str(artifacts), "tinygrad")
    look(runs)
    assert runs.tree.counts == {"run": 1, "rows": 1}


def test_rows_that_were_there_before_their_run_json_count_with_it(artifacts: Path, put: Put) -> None:
    put("runs/mnist/1/steps.jsonl", "{}\n")
    runs = Runs(str(artifacts), "tinygrad")
    look(runs)
    assert not runs.tree.counts
    put("runs/mnist/1/run.json", '{"kind": "tinygrad"}')
    look(runs, now=2000.0)
    assert runs.tree.counts == {"run": 1, "rows": 1}


def test_an_end_that_is_written_in_place_is_read_in_the_next_pass(artifacts: Path, put: Put) -> None:
    put("runs/mnist/1/run.json", json.dumps({"kind": "tinygrad", "started": rfc3339(time.time())}))
    runs = Runs(str(artifacts), "tinygrad")
    look(runs)
    assert runs.latest is not None
    assert not runs.latest[0].has_end
    put("runs/mnist/1/run.json", json.dumps({"kind": "tinygrad", "started": rfc3339(time.time()), "exit_code": 3}))
    look(runs, now=1000.001)
    assert runs.latest is not None
    assert runs.latest[0].exit_code == 3


def test_a_run_that_is_deleted_is_forgotten(artifacts: Path, put: Put) -> None:
    put("runs/mnist/1/run.json", '{"kind": "tinygrad"}')
    put("runs/mnist/2/run.json", '{"kind": "tinygrad"}')
    runs = Runs(str(artifacts), "tinygrad")
    look(runs)
    (artifacts / "runs/mnist/1/run.json").unlink()
    look(runs, now=2000.0)
    assert runs.of(("mnist", "1")) is None
    assert runs.of(("mnist", "2")) is not None


def test_a_run_json_that_is_a_link_or_a_pipe_is_no_run(artifacts: Path, put: Put, tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text('{"kind": "tinygrad"}')
    for name in ("link", "pipe"):
        put(f"runs/{name}/1/steps.jsonl", "{}\n")
    (artifacts / "runs/link/1/run.json").symlink_to(tmp_path / "outside.json")
    os.mkfifo(artifacts / "runs/pipe/1/run.json")
    runs = Runs(str(artifacts), "tinygrad")
    look(runs)
    assert not runs.tree.counts
    assert runs.tree.left_out == "1 links and 1 pipes, sockets or devices in runs left out"
