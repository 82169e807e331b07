"""`zeropoint run`, the real program with real jobs."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import PROGRAM, TIMEOUT_SECONDS, clean_environment
from zeropoint.ledger.label import PATH

# Says that it is there, then tells the signals it gets; ends by "end" on its input.
LISTENER = """
import signal, sys
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, lambda number, _: print(signal.Signals(number).name, flush=True))
print("there", flush=True)
for line in sys.stdin:
    print("heard", line.strip(), flush=True)
    if line.strip() == "end":
        sys.exit(3)
"""


def start(artifacts: Path, *arguments: str, **streams: Any) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [PROGRAM, "run", *arguments],
        **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **streams},
        env=clean_environment(ZEROPOINT_ARTIFACTS=str(artifacts)),
    )


def finish(artifacts: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    with start(artifacts, *arguments) as child:
        output, errors = child.communicate(timeout=TIMEOUT_SECONDS)
    return subprocess.CompletedProcess(arguments, child.returncode, output, errors)


def record_of(artifacts: Path) -> dict[str, Any]:
    """Of the one run, once it is there: it is written while the job runs already."""
    until = time.monotonic() + TIMEOUT_SECONDS
    while not (files := [*artifacts.glob("runs/*/*/run.json")]) and time.monotonic() < until:
        time.sleep(0.02)
    (file,) = files
    record: dict[str, Any] = json.loads(file.read_text())
    assert file.parent.name == record["id"]
    return record


def python(code: str) -> tuple[str, ...]:
    return "--", sys.executable, "-c", code


def test_the_exit_code_and_the_output_are_the_jobs(tmp_path: Path) -> None:
    job = python("print('out'); raise SystemExit(3)")
    done = finish(tmp_path, "--quiet", "--name", "nightly", "--kind", "tinygrad", *job)
    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "")
    record = record_of(tmp_path)
    assert (record["name"], record["kind"], record["exit_code"]) == ("nightly", "tinygrad", 3)
    assert record["started"] <= record["ended"]
    assert record["host"] == os.uname().nodename


def test_the_command_line_is_recorded_with_consent_alone(tmp_path: Path) -> None:
    for folder, consent in ((tmp_path / "a", ()), (tmp_path / "b", ("--keep-command",))):
        assert finish(folder, *consent, *python("pass  # s3cret")).returncode == 0
    assert record_of(tmp_path / "a")["command"] is None
    assert record_of(tmp_path / "b")["command"] == [sys.executable, "-c", "pass  # s3cret"]
    (file,) = (tmp_path / "a").glob("runs/*/*/run.json")
    assert "s3cret" not in file.read_text()


def test_its_whole_process_tree_bears_the_label(tmp_path: Path) -> None:
    grandchild = "import os; print(os.environ['ZP_RUN'])"
    job = python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}])")
    done = finish(tmp_path, "--name", "a name", *job)
    assert done.stdout.strip() == f"a-name/{record_of(tmp_path)['id']}"
    assert PATH.fullmatch(done.stdout.strip())


def test_a_zeropoint_within_a_run_is_not_disturbed_by_the_label(tmp_path: Path) -> None:
    inner = (PROGRAM, "run", "--quiet", "--artifacts", str(tmp_path / "inner"), "--", PROGRAM, "settings")
    done = finish(tmp_path, "--quiet", "--", *inner)
    assert (done.returncode, done.stderr) == (0, "")
    assert "| artifacts |" in done.stdout
    assert record_of(tmp_path / "inner")["exit_code"] == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_job_that_a_signal_ends_is_recorded_as_128_and_its_number(tmp_path: Path, number: signal.Signals) -> None:
    with start(tmp_path, *python(LISTENER)) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "there\n"
        pid = record_of(tmp_path)["pid"]
        assert record_of(tmp_path)["ended"] is None
        os.kill(pid, number)
        assert child.wait(TIMEOUT_SECONDS) == 128 + number
    record = record_of(tmp_path)
    assert record["exit_code"] == 128 + number
    assert record["ended"] is not None


def test_signals_reach_the_job_once_each_and_it_decides(tmp_path: Path) -> None:
    with start(tmp_path, *python(LISTENER), preexec_fn=ignore_nothing) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == "there\n"
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM):
            child.send_signal(number)
            assert child.stdout.readline() == f"{number.name}\n"
        child.stdin.write("end\n")
        child.stdin.flush()
        assert child.stdout.readline() == "heard end\n"
        assert child.wait(TIMEOUT_SECONDS) == 3
    assert record_of(tmp_path)["exit_code"] == 3


def test_an_interrupt_at_the_terminal_reaches_the_job_once(tmp_path: Path) -> None:
    master, terminal = pty.openpty()
    with start(tmp_path, *python(LISTENER), stdin=terminal, start_new_session=True, preexec_fn=own_terminal) as child:
        os.close(terminal)
        assert child.stdout is not None
        assert child.stdout.readline() == "there\n"
        for _ in range(3):
            os.write(master, b"\x03")
            assert child.stdout.readline() == "SIGINT\n"
        os.write(master, b"end\n")
        assert child.stdout.read() == "heard end\n"  # and no signal that came twice before it
        assert child.wait(TIMEOUT_SECONDS) == 3
    os.close(master)


def ignore_nothing() -> None:
    """What nohup and shells have jobs in the background ignore, all that they start would ignore too."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def own_terminal() -> None:
    """Makes the terminal on standard input that of the new session. NOFLSH: else the kernel discards what was typed
    meanwhile when it has told of an interrupt, the next interrupt too."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    attributes = termios.tcgetattr(0)
    attributes[3] |= termios.NOFLSH
    termios.tcsetattr(0, termios.TCSANOW, attributes)


def test_a_command_that_is_not_there_is_127_as_shells_have_it(tmp_path: Path) -> None:
    done = finish(tmp_path, "--", "no-such-command-at-all")
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr == "zeropoint run: no-such-command-at-all: there is no such command\n"
    assert record_of(tmp_path)["exit_code"] == 127
    (tmp_path / "file").write_text("")
    assert finish(tmp_path / "other", "--", str(tmp_path / "file")).returncode == 126


def test_where_nothing_can_be_written_the_job_runs_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where a folder should be")
    done = finish(tmp_path, "--quiet", *python("print('ran')"))
    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert done.stderr.startswith("zeropoint run: this run is not recorded: ")
    assert done.stderr.count("\n") == 1


def test_options_of_the_job_are_its_own_and_wrong_ones_of_ours_are_refused(tmp_path: Path) -> None:
    assert finish(tmp_path, sys.executable, "-c", "import sys; print(sys.argv)", "--name", "x").stdout == (
        "['-c', '--name', 'x']\n"
    )
    for wrong in (["--nme", "x", "--", "true"], []):
        done = finish(tmp_path / "none", *wrong)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "none").exists()
