"""Runs on disk."""

import json
import os
import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.ai.watch import Put
from zeropoint.ai.artifacts import Folder
from zeropoint.ai.processes import Mark
from zeropoint.ai.rows import parse_json_row
from zeropoint.ai.runs import ROUND_SECONDS, RUN_FILE_BYTES, Run, Runs, parse_run
from zeropoint.probe import Roots
from zeropoint.texts import rfc3339


def test_what_does_not_fit_is_left_out_of_a_run() -> None:
    content = (
        b'{"id": "a\\ud800\\nb", "kind": 3, "host": [], "pid": true, "started": "soon", "exit_code": 1e9, '
        b'"hyperparameters": {"lr": NaN}}'
    )
    assert parse_run(content, ("mnist", "7")) == Run("a\ufffd\ufffdb", "", None, None, None, None, None)
    assert parse_run(b'{"id": ""}', ("mnist", "7")) == Run("7", "", None, None, None, None, None)
    content = b'{"id": "a", "boot_id": 3, "start_ticks": 5}'
    assert parse_run(content, ("mnist", "7")) == Run("a", "", None, None, None, None, None)
    content = b'{"id": "a", "boot_id": "b", "start_ticks": 5}'
    assert parse_run(content, ("mnist", "7")) == Run("a", "", None, None, None, None, None, Mark("b", 5))
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


def test_runs_that_have_ended_are_left_alone_while_one_that_begins_or_ends_is_seen_at_once(
    artifacts: Path, put: Put
) -> None:
    def write(name: str, **fields: object) -> None:
        # As the SDK does it: the folder's time tells of it.
        run = {"kind": "tinygrad", "started": rfc3339(time.time()), **fields}
        put(f"runs/{name}/new", json.dumps(run)).replace(artifacts / f"runs/{name}/run.json")

    def see(runs: Runs, now: float = 1000.0) -> None:
        look(runs, now)
        while not runs.tree.resting:  # a machine that is busy takes more than one pass
            look(runs, now)

    def age() -> None:
        """Folders that changed just now are looked at again in any case."""
        for folder in (*artifacts.glob("runs/*/*"), *artifacts.glob("runs/*"), artifacts / "runs"):
            os.utime(folder, (1e9, 1e9))

    def exit_code(folder: Folder) -> int | None:
        run = runs.of(folder)
        assert run is not None
        return run.exit_code

    for number in range(40):
        write(f"mnist/{number}", exit_code=0)
    write("mnist/live")
    (artifacts / "runs/later/1").mkdir(parents=True)
    age()
    runs = Runs(str(artifacts), "tinygrad")
    see(runs)
    see(runs, now=1300.0)  # what the first round took puts the next one off
    assert runs.tree.counts == {"run": 41}
    write("mnist/live", exit_code=3)
    see(runs, now=1310.0)
    assert exit_code(("mnist", "live")) == 3
    for number, name in enumerate(("mnist/another", "of its own/1", "later/1")):
        write(name)
        see(runs, now=1320.0 + 10 * number)
        assert runs.tree.counts == {"run": 42 + number}
    age()
    see(runs, now=1350.0)
    write("mnist/1", exit_code=7)
    see(runs, now=1350.4)
    assert exit_code(("mnist", "1")) == 0
    see(runs, now=1351.0 + ROUND_SECONDS)
    assert exit_code(("mnist", "1")) == 7
