"""Exit codes and messages of the real program."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.support.process import PROGRAM, TIMEOUT_SECONDS, clean_environment, running


def run(*arguments: str, before: tuple[str, ...] = (), **environment: str) -> "subprocess.CompletedProcess[str]":
    """What became of the program; `before` is what starts it."""
    return subprocess.run(
        [*before, PROGRAM, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        env=clean_environment(**environment),
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "names"),
    [
        (["--port", "70000"], {}, ["--port", "'70000'", "0 to 65535"]),
        (["serve", "--interval", "0"], {}, ["--interval", "0.1 to 60"]),
        (["--prot", "1"], {}, ["--prot", "--port"]),
        (["serve", "extra"], {}, ["extra"]),
        (["--port"], {}, ["--port"]),
        (["serv"], {}, ["serv", "serve"]),
        (["--host", "0.0.0.0"], {}, ["--host", "loopback"]),
        (["--host", "no such host"], {}, ["--host"]),
        (["--allowed-hosts", "https://lab.example"], {}, ["--allowed-hosts", "'https://lab.example'", "lab.example"]),
        (["--allowed-hosts", "lab.example:3001"], {}, ["--allowed-hosts", "without scheme and port"]),
        (["--allowed-hosts", "*.lab"], {}, ["--allowed-hosts", "'*.lab'"]),
        (["--config", "/no/such/file"], {}, ["--config", "/no/such/file"]),
        (["--data", "/proc/nothing"], {}, ["--data", "/proc/nothing"]),
        ([], {"ZEROPOINT_PORT": "x"}, ["ZEROPOINT_PORT", "'x'"]),
        ([], {"ZEROPOINT_PROT": "1"}, ["ZEROPOINT_PROT", "ZEROPOINT_PORT"]),
        ([], {"MOCKS_DISABLED": "0"}, ["MOCKS_DISABLED", "'0'"]),
        (["--prot\nforged line\x1b[31m"], {}, ["--prot"]),
    ],
)
def test_a_wrong_argument_is_one_line_and_exit_2(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], names: list[str]
):
    finished = run(*arguments, **{"ZEROPOINT_DATA": str(tmp_path / "data"), **environment})
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.startswith("zeropoint: ") and finished.stderr.count("\n") == 1
    assert "\x1b" not in finished.stderr
    for name in names:
        assert name in finished.stderr
    assert not (tmp_path / "data").exists() or os.listdir(tmp_path / "data") == []


@pytest.mark.parametrize(
    "host", ["a..b", "a" * 100, "192.0.2.1"], ids=["an empty label", "a label of 100 letters", "another machine's"]
)
def test_an_address_that_is_not_of_this_machine_is_one_line_and_exit_2(tmp_path: Path, host: str):
    assert run("token", "create", "--scope", "read", "--data", str(tmp_path)).returncode == 0
    finished = run("--host", host, "--port", "0", "--data", str(tmp_path))
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr == f"zeropoint: --host: {host!r} is no address of this machine\n"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="to become a user without rights takes root")
def test_a_port_that_this_user_may_not_listen_on_is_one_line_and_exit_2(tmp_path: Path):
    tmp_path.chmod(0o777)
    without_rights = ("unshare", "--net", "setpriv", "--bounding-set=-all", "--inh-caps=-all")
    finished = run("--port", "80", "--data", str(tmp_path / "data"), before=without_rights)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.startswith("zeropoint: --port: 80 is not allowed") and finished.stderr.count("\n") == 1


def test_a_port_in_use_is_one_line_and_exit_3(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        finished = run("--port", port, "--data", str(tmp_path))
    assert (finished.returncode, finished.stdout) == (3, "")
    assert finished.stderr.count("\n") == 1 and port in finished.stderr


def test_a_data_directory_in_use_is_one_line_and_exit_3(tmp_path: Path):
    with running(tmp_path):
        finished = run("--port", "0", "--data", str(tmp_path))
    assert (finished.returncode, finished.stdout) == (3, "")
    assert finished.stderr.count("\n") == 1 and str(tmp_path) in finished.stderr


def test_a_data_directory_of_a_killed_process_is_free_again(tmp_path: Path):
    with running(tmp_path) as started:
        started.process.kill()
        started.process.wait(TIMEOUT_SECONDS)
        with running(tmp_path) as again:
            assert again.get("/livez").status == 200


def test_what_it_writes_is_its_owners_alone(tmp_path: Path):
    with running(tmp_path / "new" / "data"):
        assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "new" / "data" / "lock").stat().st_mode & 0o777 == 0o600


def test_the_first_line_says_where_the_page_is(tmp_path: Path):
    with running(tmp_path, MOCKS_DISABLED="1") as started:
        name, version, *words, url = started.first_line.split()
        assert (name, words) == ("zeropoint", ["listening", "on"])
        assert url == f"http://127.0.0.1:{started.port}/control/metrics"
        assert started.get("/metrics/json").status == 200, "the first sample is taken before the first line"
        assert run("--version").stdout.split() == ["zeropoint", version]


def test_it_listens_on_loopback_of_the_other_family_too(tmp_path: Path):
    with running(tmp_path, "--host", "::1") as started:
        assert started.first_line.endswith(f"http://[::1]:{started.port}/control/metrics")
        assert started.get("/livez").status == 200


@pytest.mark.parametrize(
    ("command", "words"), [("settings", "--port"), ("metrics", "system.cpu.usage_percent"), ("openapi", '"openapi"')]
)
def test_what_derives_from_the_tables_is_printed(command: str, words: str):
    finished = run(command)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert words in finished.stdout


def test_help_names_every_setting():
    finished = run("serve", "--help")
    assert finished.returncode == 0
    for flag in (
        "--procfs",
        "--sysfs",
        "--rootfs",
        "--host",
        "--port",
        "--interval",
        "--artifacts",
        "--data",
        "--config",
    ):
        assert flag in finished.stdout


@pytest.mark.parametrize("command", ["metrics", "settings", "openapi", "--help", "export --help"])
def test_a_standard_output_that_is_full_is_one_line_and_exit_2(command: str):
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(
            [PROGRAM, *command.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT_SECONDS,
            env=clean_environment(),
            check=False,
        )
    assert found.stderr == "zeropoint: standard output cannot be written: No space left on device\n"
    assert found.returncode == 2
