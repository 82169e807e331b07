"""The command `watch` in a real terminal: over a served appliance, by itself, and where it can not be."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.host.nvml.machine import build, gpu
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, Appliance, clean_environment, running
from tests.support.terminal import terminal

FAST = ("--interval", "0.2")
# Names of 15 bytes, as long as the kernel keeps: a title for the terminal and markup; a cleared screen, a turned
# direction of writing and markup that is never closed.
HOSTILE = {"\x1b]0;own\x07[b]evil": "[b]evil", "\x1b[2J\u202e[red][@": "[red][@"}


@contextmanager
def busy(program: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of a program of this path that takes all the time of a core."""
    shutil.copy("/bin/sh", program)
    process = subprocess.Popen([program, "-c", "while :; do :; done"])
    try:
        yield process
    finally:
        process.kill()
        process.wait(TIMEOUT_SECONDS)


def token_of(data: Path, scope: str) -> str:
    made = subprocess.run(
        [PROGRAM, "token", "create", "--scope", scope, "--data", str(data)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def test_it_follows_an_appliance_through_its_end_and_its_return(tmp_path: Path):
    program = tmp_path / "zp-burner"
    with busy(program), running(tmp_path / "data", *FAST) as first, terminal("watch", first.url) as seen:
        seen.status("● live")
        seen.sees("zp-burner")
        assert "memory" in seen.text
        assert "unattributed" in seen.text
        assert first.stop(signal.SIGKILL) == -signal.SIGKILL
        seen.status("reconnecting")
        # The picture stays, and a line says why it does not move.
        assert "zp-burner" in seen.text
        seen.until(lambda now: now.lines[1].startswith("reconnecting"), "said why")
        with running(tmp_path / "data", *FAST, "--port", str(first.port)) as second:
            assert second.port == first.port
            seen.status("● live")
            seen.press("q")
            assert seen.end() == 0


def test_it_samples_by_itself_without_a_server_or_a_data_directory(tmp_path: Path):
    data = tmp_path / "data"
    with busy(tmp_path / "zp-burner"), running(data, *FAST):
        # That data directory is locked, which is nothing to it.
        environment = {"ZEROPOINT_DATA": str(data), "MOCKS_DISABLED": "1"}
        with terminal("watch", *FAST, **environment) as seen:
            seen.status("● live")
            seen.sees("zp-burner")
            seen.press("e")
            seen.sees("Escape closes")
            seen.press("\x1b[F")  # End
            seen.sees("nobody is served")
            seen.press("\x03")
            assert seen.end() == 0
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["data", "zp-burner"]


def test_sources_that_fail_are_told_and_what_was_logged_comes_at_the_end(tmp_path: Path):
    nothing = str(tmp_path)
    with terminal("watch", *FAST, "--procfs", nothing, "--sysfs", nothing, "--rootfs", nothing) as seen:
        seen.status("degraded")
        seen.until(lambda now: "cpu failed" in now.lines[1], "said which")
        seen.press("q")
        assert seen.end() == 0
    shown, _, after = seen.received.decode().partition("\x1b[?1049l")
    assert "probe failed" not in shown
    assert "probe failed" in after


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(number: int):
    with terminal("watch", *FAST) as seen:
        seen.status("● live")
        seen.process.send_signal(number)
        assert seen.end() == 0
    # Out of the alternate screen, with the cursor shown.
    assert seen.received.rfind(b"\x1b[?1049l") > seen.received.rfind(b"\x1b[?1049h") >= 0
    assert seen.received.rfind(b"\x1b[?25h") > seen.received.rfind(b"\x1b[?25l") >= 0


@pytest.mark.parametrize(("name", "shown"), HOSTILE.items(), ids=["title", "clear"])
def test_a_hostile_name_is_shown_as_text_and_does_nothing(name: str, shown: str, tmp_path: Path):
    with (
        busy(tmp_path / name),
        running(tmp_path / "data", *FAST) as started,
        terminal("watch", started.url) as seen,
    ):
        seen.sees(shown)
        seen.press("e")
        seen.sees("reasons   Escape")
        seen.press("\x1b")
        seen.until(lambda now: "reasons   Escape" not in now.text, "closed the page")
        seen.press("q")
        assert seen.end() == 0
    for forbidden in (b"\x1b]0;own", b"own\x07", b"\x1b[2J\xe2", "\u202e".encode()):
        assert forbidden not in seen.received


def test_it_is_of_use_at_80_by_24(tmp_path: Path):
    with (
        busy(tmp_path / "zp-burner"),
        running(tmp_path / "data", *FAST) as started,
        terminal("watch", started.url, columns=80, rows=24) as seen,
    ):
        seen.sees("zp-burner")
        first = seen.text
        # However many workloads there are, the rest is the table's end.
        seen.press("\x1b[F")
        seen.sees("unattributed")
    for words in ("CPU", "cores", "memory", "disk", "net", "GPU", "MEMORY", "q quit"):
        assert words in first
    assert "● live" in seen.lines[0]


@pytest.mark.system
def test_gpus_are_told_with_their_processes(tmp_path: Path):
    library, script = tmp_path / "driver", tmp_path / "machine"
    library.mkdir()
    build(library)
    held = f"{os.getpid()}:{3 * 2**30}"
    script.write_text(f"gpus 1\n{gpu(compute=held)}\n")
    driver = {"LD_LIBRARY_PATH": str(library), "NVML_SCRIPT": str(script)}
    with running(tmp_path / "data", *FAST, **driver) as started, terminal("watch", started.url) as seen:
        seen.sees("GPU 0")
        (told,) = started.get("/metrics/json").json["system"]["gpus"]
        for words in (told["name"], f"{told['temperature_celsius']:.0f} °C", f"{os.getpid()} ", "3.00 GiB"):
            seen.sees(words)


def test_the_token_comes_from_a_file_or_a_variable(tmp_path: Path):
    data, file = tmp_path / "data", tmp_path / "token"
    secret = token_of(data, "read")
    file.write_text(secret + "\n")
    with running(data, *FAST) as started:
        with terminal("watch", started.url, "--token-file", str(file)) as by_file:
            by_file.status("● live")
        with terminal("watch", started.url, ZEROPOINT_TOKEN=secret) as by_variable:
            by_variable.status("● live")
        refused = told(started, "a token")
        file.write_text("zp_wrong\n")
        wrong = told(started, "--token-file", str(file))
    assert "asks for a token (401)" in refused
    assert "(401)" in wrong
    for shown in (refused, wrong):
        assert "zp_wrong" not in shown
    assert secret.encode() not in by_file.received + by_variable.received


def told(started: Appliance, *arguments: str) -> str:
    """The one line that it ends with, when the server refuses before the first sample."""
    given = arguments if arguments[0].startswith("--") else ()
    with terminal("watch", started.url, *given, columns=200) as seen:
        assert seen.end() == 2
    return seen.received.decode()


def test_a_revoked_token_leaves_the_picture_and_says_why(tmp_path: Path):
    data = tmp_path / "data"
    secret = token_of(data, "read")
    with running(data, *FAST) as started, terminal("watch", started.url, ZEROPOINT_TOKEN=secret) as seen:
        seen.status("● live")
        names = [row.split("\t")[0] for row in listed(data)]
        for name in names:
            subprocess.run([PROGRAM, "token", "revoke", name, "--data", str(data)], env=clean_environment(), check=True)
        seen.status("signed-out")
        seen.sees("R asks again")
        assert "memory" in seen.text


def listed(data: Path) -> list[str]:
    answer = subprocess.run(
        [PROGRAM, "token", "list", "--data", str(data)],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.splitlines()


def test_without_a_terminal_it_says_so_in_one_line():
    answer = subprocess.run(
        [PROGRAM, "watch"],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert "standard output is none" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gpubox:3001"], "http://gpubox:3001"),
        (["http://me:secret@gpubox"], "must not hold a user name or password"),
        (["http://127.0.0.1:9", "--procfs", "/proc"], "--procfs: with a URL"),
        (["--token-file", "/dev/null"], "--token-file: without a URL"),
        (["http://127.0.0.1:9", "--token-file", "/nowhere"], "--token-file: '/nowhere' cannot be read"),
        (["--interval", "0"], "--interval"),
        (["--openmetrics-targets", "nonsense"], "openmetrics_targets"),
    ],
)
def test_wrong_arguments_are_one_line_and_exit_2(arguments: list[str], said: str):
    with terminal("watch", *arguments, columns=250) as seen:
        assert seen.end() == 2
    lines = seen.received.decode().splitlines()
    assert len(lines) == 1
    assert said in lines[0]
    assert "secret" not in lines[0]


def test_a_mock_is_refused():
    with terminal("watch", MOCKS_DISABLED="0", columns=200) as seen:
        assert seen.end() == 2
    assert b"MOCKS_DISABLED" in seen.received


def test_without_textual_it_says_how_to_install_it(tmp_path: Path):
    # An environment that has all but that package.
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.lower().startswith("textual"):
            (tmp_path / entry.name).symlink_to(entry)
    path = os.pathsep.join([str(Path(__file__).parents[2] / "src"), str(tmp_path)])
    answer = subprocess.run(
        [sys.executable, "-S", "-c", "from zeropoint.commands.main import main; main(['watch'])"],
        env=clean_environment(PYTHONPATH=path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert answer.stderr == "zeropoint: watch needs textual, which is not installed: pip install 'zeropoint[watch]'\n"


def test_an_appliance_never_loads_what_draws_on_terminals():
    program = (
        "import json, sys, zeropoint.commands.main, zeropoint.commands.serve;"
        "print(json.dumps([name for name in sys.modules"
        " if name.startswith(('textual', 'zeropoint.terminal', 'zeropoint.client'))]))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert json.loads(answer.stdout) == []
