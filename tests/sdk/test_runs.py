"""Runs of the SDK, as real processes write them."""

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.sdk.jobs import finish, lines_of, only_run, record_of, rows_of, start
from zeropoint.texts import parse_time

ROOT = Path(__file__).parents[2]


def test_a_run_tells_what_it_is_and_how_it_ended(tmp_path: Path) -> None:
    done = finish(
        "with zp.run('digits', kind='tinygrad', lr=0.001, layers=[64, 10], name='a') as run:\n"
        "    for step in range(3): run.log(step=step, loss=1 / (step + 1), tokens=128)\n"
        "print(run.id)",
        tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    record = record_of(tmp_path)
    assert only_run(tmp_path).parent.name == "digits"
    assert record["id"] == done.stdout.strip() == only_run(tmp_path).name
    assert (record["name"], record["kind"], record["host"]) == ("digits", "tinygrad", platform.node())
    assert record["hyperparameters"] == {"lr": 0.001, "layers": [64, 10], "name": "a"}
    assert record["command"] is None
    assert record["exit_code"] == 0
    started, ended = parse_time(record["started"]), parse_time(record["ended"])
    assert started is not None
    assert ended is not None
    assert started <= ended
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert record["revision"] == head.stdout.strip()
    rows = rows_of(tmp_path)
    assert [row["step"] for row in rows] == [0, 1, 2]
    assert [row["loss"] for row in rows] == [1, 1 / 2, 1 / 3]
    assert "step_ms" not in rows[0]  # when the first step began is not known
    assert all(row["tokens_s"] == pytest.approx(128 / (row["step_ms"] / 1000)) for row in rows[1:])


@pytest.mark.parametrize(
    ("body", "exit_code"),
    [
        ("raise ValueError('no')", 1),
        ("sys.exit(3)", 3),
        ("sys.exit()", 0),
        ("sys.exit('text')", 1),
        ("raise KeyboardInterrupt", 130),
    ],
)
def test_a_body_that_fails_is_recorded_and_its_error_goes_on(tmp_path: Path, body: str, exit_code: int) -> None:
    done = finish(f"with zp.run('x') as run:\n    {body}", tmp_path)
    assert record_of(tmp_path)["exit_code"] == exit_code
    assert (done.returncode != 0) == (exit_code != 0)
    if "ValueError" in body:
        assert "ValueError: no" in done.stderr


def test_what_was_logged_survives_kill_9_but_for_a_torn_last_row(tmp_path: Path) -> None:
    code = (
        "run = zp.run('x')\n"
        "for step in range(10**9):\n"
        "    run.log(step=step, loss=0.5)\n"
        "    if step == 2000: print('there', flush=True)"
    )
    with start(code, tmp_path) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "there\n"
        child.kill()
    assert child.returncode == -signal.SIGKILL
    content = (only_run(tmp_path) / "steps.jsonl").read_bytes()
    *whole, torn = content.split(b"\n")
    assert len(whole) > 2000
    assert [json.loads(line)["step"] for line in whole] == list(range(len(whole)))
    assert len(torn) < 200
    record = record_of(tmp_path)
    assert (record["ended"], record["exit_code"], record["pid"]) == (None, None, child.pid)


def test_rows_of_many_threads_do_not_mix(tmp_path: Path) -> None:
    code = (
        "with zp.run('x') as run:\n"
        "    def work(number):\n"
        "        for step in range(500): run.log(step=step, worker=number, padding=1e-300)\n"
        "    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]\n"
        "    for thread in threads: thread.start()\n"
        "    for thread in threads: thread.join()\n"
        "print(threading.active_count())"
    )
    done = finish(code, tmp_path)
    assert (done.stdout, done.stderr) == ("1\n", "")
    rows = rows_of(tmp_path)
    assert len(rows) == 8 * 500
    for number in range(8):
        assert [row["step"] for row in rows if row["worker"] == number] == list(range(500))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_logs_but_ends_nothing(tmp_path: Path) -> None:
    code = (
        "with zp.run('x') as run:\n"
        "    run.log(step=1)\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        for step in range(100): run.log(step=step, child=1)\n"
        "        sys.exit(7)\n"
        "    os.waitpid(child, 0)\n"
        "    assert 'null' in open(run.folder / 'run.json').read(), 'the child ended it'\n"
        "    run.log(step=2)\n"
    )
    done = finish(code, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    record = record_of(tmp_path)
    assert record["exit_code"] == 0
    rows = rows_of(tmp_path)
    assert len(rows) == 102
    assert rows[-1]["step"] == 2


def test_a_full_disk_costs_rows_and_nothing_else(tmp_path: Path) -> None:
    code = (
        "import resource\n"
        "with zp.run('x') as run:\n"
        "    for step in range(5): run.log(step=step)\n"
        "    size = os.stat(run.folder / 'steps.jsonl').st_size\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, resource.RLIM_INFINITY))\n"
        "    for step in range(5, 10): run.log(step=step)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "    for step in range(10, 12): run.log(step=step)\n"
        "print(run.lost_rows)"
    )
    done = finish(code, tmp_path)
    assert (done.returncode, done.stdout) == (0, "5\n")
    assert done.stderr.count("a row is lost") == 2  # the one in part, and why the others could not be written at all
    *whole, torn, tenth, eleventh = lines_of(tmp_path)
    assert [json.loads(line)["step"] for line in (*whole, tenth, eleventh)] == [*range(5), 10, 11]
    with pytest.raises(ValueError, match=r"delimiter|Unterminated|value"):
        json.loads(torn)


def test_a_full_file_system_costs_rows_and_nothing_else(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("to mount a small file system takes root")
    code = (
        "with zp.run('x') as run:\n"
        "    for step in range(5000): run.log(step=step, loss=0.123456789)\n"
        "print(run.lost_rows)"
    )
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], check=False)
    if mounted.returncode != 0:
        pytest.skip("no file system may be mounted here")
    try:
        done = finish(code, tmp_path)
        assert done.returncode == 0
        assert "No space left on device" in done.stderr
        written = [line for line in lines_of(tmp_path) if line.endswith("}")]
        assert len(written) + int(done.stdout) == 5000
        assert 0 < len(written) < 5000
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_where_nothing_can_be_written_the_training_goes_on(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where a folder should be")
    done = finish(
        "with zp.run('x', lr=1) as run:\n    for step in range(9): run.log(step=step)\nprint(run.id, run.lost_rows)",
        tmp_path,
    )
    assert (done.returncode, done.stdout) == (0, "None 9\n")
    assert done.stderr.count("\n") == 1
    assert "this run is not recorded" in done.stderr


def test_values_of_any_type_do_not_disturb(tmp_path: Path) -> None:
    code = (
        "class Bad:\n"
        "    def __float__(self): raise RuntimeError('bad')\n"
        "    def __str__(self): raise RuntimeError('bad')\n"
        "loop = []; loop.append(loop)\n"
        "with zp.run('x', loop=loop, big='x' * 10**6, ok=1, nan=float('nan'), what={1, 2}) as run:\n"
        "    run.log(step=1, loss=float('nan'), bad=Bad())\n"
        "    run.log(step='two', loss=1)\n"
        "    run.log(step=3, loss=[1, 2], self=4, timestamp=5, big=10**5000)\n"
        "    run.log(step=4, loss=None, tokens='many')\n"
        "    run.log(step=5, loss=0.5)\n"
        "run.log(step=6)\n"
        "with zp.run('y', bad=Bad()) as second: second.log(step=1)\n"
    )
    done = finish(code, tmp_path)
    assert done.returncode == 0, done.stderr
    (first,) = tmp_path.glob("runs/x/*")
    assert json.loads((first / "steps.jsonl").read_text().splitlines()[-1])["loss"] == 0.5
    assert json.loads((first / "run.json").read_text())["hyperparameters"]["ok"] == 1
    assert (first / "run.json").stat().st_size < 10_000
    assert done.stderr.count("\n") < 10
    (second,) = tmp_path.glob("runs/y/*")
    assert json.loads((second / "run.json").read_text())["hyperparameters"] == {"bad": "Bad (RuntimeError)"}


def test_a_step_that_is_no_number_costs_itself_alone(tmp_path: Path) -> None:
    code = (
        "class Scalar:\n"
        "    def item(self): return 7\n"
        "with zp.run('x') as run:\n"
        "    run.log(step='epoch-1', loss=1.0)\n"
        "    run.log(step='epoch-2', loss=2.0)\n"
        "    print(run.last_step, run.lost_rows)\n"
        "    with zp.tinygrad.step(run) as s: s.loss = 3.0\n"
        "    run.log(step=Scalar(), loss=4.0)\n"
        "    with zp.tinygrad.step(run) as s: s.loss = 5.0\n"
        "    run.last_step = 'nine'\n"
        "    with zp.tinygrad.step(run) as s: s.loss = 6.0\n"
        "print(run.lost_rows)\n"
    )
    done = finish(code, tmp_path)
    assert (done.returncode, done.stdout) == (0, "None 0\n1\n")
    assert [(row.get("step"), row["loss"]) for row in rows_of(tmp_path)] == [
        (None, 1.0),
        (None, 2.0),
        (0, 3.0),
        (7, 4.0),
        (8, 5.0),
    ]
    assert done.stderr.splitlines()[0] == "step is a str and no number"
    assert "a row is lost: TypeError" in done.stderr


def test_neither_handlers_of_logs_nor_texts_of_errors_raise_into_the_training(tmp_path: Path) -> None:
    code = (
        "import logging\n"
        "class Full(logging.Handler):\n"
        "    def emit(self, record): raise OSError('the disk of the log is full')\n"
        "class Mute(Exception):\n"
        "    def __str__(self): raise RuntimeError('no text')\n"
        "class Bad:\n"
        "    def item(self): raise Mute\n"
        "def body(run):\n"
        "    run.log(step=1, loss=Bad())\n"
        "    run.log(step=2, loss='text')\n"
        "    with zp.tinygrad.step(run) as s: s.loss = Bad()\n"
        "    return run.lost_rows\n"
        "with zp.run('x') as run: print(body(run))\n"
        "logging.getLogger('zeropoint_sdk').addHandler(Full())\n"
        "with zp.run('x', big='x' * 10**6, more={n: 'x' * 4000 for n in range(1)}) as run: print(body(run))\n"
        "with zp.run('x', artifacts='/proc/nothing') as run: print(body(run))\n"
        "class Name:\n"
        "    def __str__(self): raise Mute\n"
        "with zp.run(Name()) as run: print(run.id)\n"
    )
    done = finish(code, tmp_path)
    assert (done.returncode, done.stdout.splitlines()) == (0, ["2", "2", "3", "None"])
    assert "a row is lost: Mute: Mute (RuntimeError)" in done.stderr


def test_a_directory_that_may_not_be_looked_into_or_is_gone_costs_the_revision_alone(tmp_path: Path) -> None:
    closed, gone = tmp_path / "closed", tmp_path / "gone"
    for folder in (closed / "project", gone):
        folder.mkdir(parents=True)
    code = (
        f"os.chdir({str(closed / 'project')!r})\n"
        f"os.chmod({str(closed)!r}, 0)\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"
        "with zp.run('closed') as run: run.log(step=1)\n"
        "if os.getuid() == 0: os.seteuid(0)\n"
        f"os.chdir({str(gone)!r})\n"
        f"os.rmdir({str(gone)!r})\n"
        "with zp.run('gone') as run: run.log(step=1)\n"
    )
    # Not in tmp_path, which its user alone may enter.
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        done = finish(code, Path(place))
        closed.chmod(0o700)
        assert (done.returncode, done.stderr) == (0, "")
        for name in ("closed", "gone"):
            (folder,) = Path(place).glob(f"runs/{name}/*")
            assert json.loads((folder / "run.json").read_text())["revision"] is None
            assert (folder / "steps.jsonl").stat().st_size > 0


def test_a_run_that_cannot_be_recorded_leaves_no_folder(tmp_path: Path) -> None:
    code = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))\n"
        "with zp.run('x') as run: run.log(step=1)\n"
        "print(run.id)\n"
    )
    done = finish(code, tmp_path)
    assert (done.returncode, done.stdout) == (0, "None\n")
    assert "this run is not recorded: [Errno 27] File too large" in done.stderr
    assert list(tmp_path.glob("runs/*")) == []


@pytest.mark.parametrize(
    "name", ["../../etc", "a/b", ".hidden", "", "x" * 300, "naïve name\n\x1b[31m", "-rf", "..", "."]
)
def test_names_stay_below_the_runs(tmp_path: Path, name: str) -> None:
    artifacts = tmp_path / "artifacts"
    done = finish(f"with zp.run({name!r}) as run: run.log(step=1)", artifacts)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["artifacts"]
    folder = only_run(artifacts).parent.name
    assert folder
    assert set(folder) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert not folder.startswith((".", "-"))
    assert json.loads((only_run(artifacts) / "run.json").read_text())["name"] == name[:200]


def test_two_runs_of_one_name_in_one_second_are_two(tmp_path: Path) -> None:
    finish("for _ in range(20):\n    with zp.run('x') as run: run.log(step=1)", tmp_path)
    assert len(list(tmp_path.glob("runs/x/*"))) == 20


def test_no_process_is_started_and_nothing_is_opened_but_files(tmp_path: Path) -> None:
    code = (
        "events = []\n"
        "sys.addaudithook(lambda event, _: events.append(event))\n"
        "with zp.run('x') as run: run.log(step=1)\n"
        "bad = [e for e in events if e.startswith(('subprocess', 'os.fork', 'os.exec', 'os.posix_spawn', 'socket'))]\n"
        "print(bad, threading.active_count())"
    )
    assert finish(code, tmp_path).stdout == "[] 1\n"


def test_a_revision_is_read_out_of_worktrees_packed_references_and_detached_heads(tmp_path: Path) -> None:
    repository, other = tmp_path / "repository", tmp_path / "other"
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@localhost", "-C", str(repository)]
    subprocess.run(["git", "init", "--quiet", repository], check=True)
    code = "import zeropoint_sdk.record as r, pathlib; print(r.revision(pathlib.Path.cwd()))"

    def told(folder: Path) -> str:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "sdk/src")}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert told(repository) == "None"
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "one"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    (repository / "below").mkdir()
    assert told(repository / "below") == head
    subprocess.run([*git, "pack-refs", "--all"], check=True)
    assert told(repository) == head
    subprocess.run([*git, "worktree", "add", "--quiet", "-b", "more", other], check=True)
    assert told(other) == head
    subprocess.run([*git, "checkout", "--quiet", "--detach"], check=True)
    assert told(repository) == head
    assert told(tmp_path) == "None"


def test_children_that_are_started_during_a_run_bear_its_label_and_later_ones_do_not(tmp_path: Path) -> None:
    done = finish(
        "import os, subprocess, sys\n"
        "def child(): return subprocess.run([sys.executable, '-c', \"import os; print(os.environ.get('ZP_RUN'))\"],\n"
        "                                   capture_output=True, text=True).stdout.strip()\n"
        "os.environ['ZP_RUN'] = 'outer/1'\n"
        "with zp.run('a name') as run: seen = [child(), f'a-name/{run.id}']\n"
        "print(seen[0] == seen[1], child())\n"
        "del os.environ['ZP_RUN']\n"
        "first, second = zp.run('first'), zp.run('second')\n"
        "first.end()\n"
        "print(child() == f'second/{second.id}')\n"
        "second.end()\n"
        "print(child())\n"
        "with zp.run('third'): os.environ['ZP_RUN'] = 'of/others'\n"
        "print(child())",
        tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["True outer/1", "True", "None", "of/others"]
