"""Runs on disk."""

import json
import os
import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.ai.watch import Put
from zeropoint.ai.rows import parse_json_row
from zeropoint.ai.runs import RUN_FILE_BYTES, Run, Runs, parse_run
from zeropoint.probe import Roots
from zeropoint.texts import rfc3339


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
