"""`zeropoint verify` as a real process: on this machine, on recorded ones, and with programs that do not answer."""

import contextlib
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.host.trees import MACHINES, changed, recorded
from tests.support.ended import has_ended
from tests.support.process import PROGRAM, clean_environment
from zeropoint.probe import Roots

TIMEOUT_SECONDS = 120
# Debian's coreutils, procps, iproute2 and util-linux are what it asks here.
pytestmark = pytest.mark.system


class Outcome(NamedTuple):
    code: int
    printed: str
    errors: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.printed)
        return rows

    def of(self, status: str) -> set[str]:
        return {row["metric"] for row in self.rows if row["status"] == status}


def run(*arguments: str, **environment: str) -> Outcome:
    done = subprocess.run(
        [PROGRAM, "verify", "--seconds", "1", *arguments],
        capture_output=True,
        text=True,
        env=clean_environment(**environment),
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


# The interpreter may lie where only root looks, so all is loaded before the rights are given up.
AS_A_USER = """
import os, resource, sys
import zeropoint.commands.main, zeropoint.commands.verify
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(os.geteuid(), file=sys.stderr)
zeropoint.commands.main.main(["verify", "--seconds", "1", *sys.argv[1:]])
"""


def run_as_a_user(*arguments: str, **environment: str) -> Outcome:
    """Without privilege; the number of the user is the first line of `errors`."""
    done = subprocess.run(
        [sys.executable, "-c", AS_A_USER, *arguments],
        capture_output=True,
        text=True,
        cwd="/",
        env=clean_environment(**environment),
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A directory that other users can reach: pytest's own are closed to them."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


def at(roots: Roots) -> list[str]:
    return ["--procfs", roots.proc, "--sysfs", roots.sys, "--rootfs", roots.root]


def altered(path: str, old: str, new: str) -> dict[str, str]:
    content = (Path(recorded("golden").root) / path).read_text()
    assert content.count(old) == 1, (path, old)
    return {path: content.replace(old, new)}


@contextlib.contextmanager
def load() -> Iterator[None]:
    """Programs that keep the processors, the memory and the disk busy, and start others all the time."""
    with tempfile.TemporaryDirectory() as directory:
        programs = [
            "while True: pass",
            "import subprocess\nwhile True: subprocess.run(['true'])",
            "while True: block = bytearray(200 * 1024**2); del block",
            f"import os\nwhile True:\n with open({directory + '/file'!r}, 'wb') as file:\n"
            "  for _ in range(64): file.write(os.urandom(1024**2))\n  file.flush(); os.fsync(file.fileno())",
        ]
        running = [subprocess.Popen([sys.executable, "-c", program]) for program in programs]
        try:
            yield
            assert [each.poll() for each in running] == [None] * len(running)
        finally:
            for each in running:
                each.kill()
                each.wait()


def test_this_machine_agrees_time_after_time():
    for _ in range(3):
        outcome = run("--json")
        assert outcome.code == 0, outcome.of("differs")
        assert outcome.errors == ""
        # What every machine with these programs has a second source of.
        assert {
            "system.cpu.usage_percent",
            "system.cpu.per_core_percent.0",
            "system.cpu.context_switches_per_second",
            "system.memory.available_bytes",
            "system.disk.usage_percent",
            "system.network.bytes_received_total",
            "system.host.process_count",
            "system.host.uptime_seconds",
            "ledger.totals.cpu_percent",
            "ledger.totals.memory_bytes",
            "server.cpu_percent",
        } <= outcome.of("ok")


def test_this_machine_agrees_under_load():
    with load():
        outcomes = [run("--json") for _ in range(2)]
    assert [outcome.code for outcome in outcomes] == [0, 0], [outcome.of("differs") for outcome in outcomes]


def test_the_table_has_both_numbers_the_tolerance_and_the_source_and_no_colours():
    outcome = run()
    assert outcome.code == 0
    heading, *lines = outcome.printed.splitlines()
    assert heading.split() == ["STATUS", "METRIC", "APPLIANCE", "SOURCE", "TELLS", "TOLERANCE", "SOURCE"]
    total = next(line.split(maxsplit=5) for line in lines if "system.memory.total_bytes" in line)
    assert total[0] == "ok"
    assert total[2] == total[3]
    assert total[5] == "free -b -w"
    assert lines[-1].endswith("not checked")
    assert "\x1b" not in outcome.printed


def test_on_a_terminal_a_difference_is_coloured(tmp_path: Path):
    roots = changed("golden", tmp_path, altered("proc/diskstats", "sda 4109876", "sda 4109877"))
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        program = [PROGRAM, "verify", "--seconds", "1", *at(roots)]
        environment = clean_environment(TERM="xterm")
        with subprocess.Popen(program, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as running:
            os.close(theirs)
            shown = b""
            # Linux says that the other end is closed by an error.
            with contextlib.suppress(OSError):
                while part := screen.read(65536):
                    shown += part
            assert running.wait(TIMEOUT_SECONDS) == 1
    coloured = [line for line in shown.decode().splitlines() if "\x1b[" in line]
    assert len(coloured) == 1
    assert "differs" in coloured[0]
    assert "system.disk.devices.sda.reads_total" in coloured[0]


SDA = "system.disk.devices.sda"
ENO1 = "system.network.interfaces.eno1"
# One number of a recorded machine in one of two files that tell it, and what differs then.
ALTERED: dict[str, tuple[dict[str, str], set[str]]] = {
    "disk-totals": (altered("proc/diskstats", "sda 4109876", "sda 4109877"), {f"{SDA}.reads_total"}),
    "disk-time": (altered("sys/block/sda/stat", "24099352", "24099353"), {f"{SDA}.busy_seconds_total"}),
    "network": (
        altered("proc/1/net/dev", "2810633170551", "2810633170552"),
        {f"{ENO1}.bytes_received_total", "system.network.bytes_received_total"},
    ),
    "cpu-time": (
        altered("proc/stat", "cpu  17537680", "cpu  17537780"),
        {"system.cpu.times_seconds.user_seconds_total"},
    ),
    "swap": (
        altered("proc/meminfo", "SwapTotal:       8388608", "SwapTotal:       8388612"),
        {"system.memory.swap.total_bytes"},
    ),
    "memory": (altered("proc/vmstat", "nr_free_pages 2359296", "nr_free_pages 2459296"), {"system.memory.free_bytes"}),
    "processors": (altered("sys/devices/system/cpu/online", "0-7", "0-6"), {"system.cpu.count_logical"}),
    "cores": ({"sys/devices/system/cpu/cpu4/topology/core_id": "9\n"}, {"system.cpu.count_physical"}),
}


@pytest.fixture(scope="module")
def of_recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, "Future[Outcome]"]]:
    """What it says of each recorded machine and each altered one. Recorded trees do not move, so some run at a time:
    most of a run is its start, and the window of its rates."""
    trees = {name: recorded(name) for name in MACHINES}
    for name, (files, _) in ALTERED.items():
        trees[name] = changed("golden", tmp_path_factory.mktemp("altered"), files)
    with ThreadPoolExecutor(max_workers=4) as pool:
        yield {name: pool.submit(run, "--json", *at(roots)) for name, roots in trees.items()}


@pytest.mark.parametrize("machine", MACHINES)
def test_a_recorded_machine_agrees_and_hostile_names_are_cleaned(
    machine: str, of_recorded: Mapping[str, "Future[Outcome]"]
):
    outcome = of_recorded[machine].result()
    assert outcome.code == 0, outcome.printed
    for row in outcome.rows:
        assert all(text.isprintable() for text in row.values() if isinstance(text, str))


def test_a_table_of_hostile_names_has_one_line_a_row():
    outcome = run(*at(recorded("hostile")))
    assert outcome.code == 0, outcome.printed
    assert all(character.isprintable() for character in outcome.printed.replace("\n", ""))


@pytest.mark.parametrize("number", ALTERED)
def test_one_altered_number_is_found_and_named(number: str, of_recorded: Mapping[str, "Future[Outcome]"]):
    outcome = of_recorded[number].result()
    assert outcome.code == 1
    assert outcome.of("differs") == ALTERED[number][1]


def test_a_file_that_the_appliance_cannot_read_is_a_difference(tmp_path: Path):
    outcome = run("--json", *at(changed("golden", tmp_path, {"proc/diskstats": "8 0 sda 1 2 3 x x x x x x x x\n"})))
    assert outcome.code == 1
    assert all(metric.startswith("system.disk.") for metric in outcome.of("differs"))
    row = next(row for row in outcome.rows if row["metric"] == "system.disk.read_bytes_total")
    assert "/proc/diskstats is malformed" in row["reason"]


def tools(directory: Path, **scripts: str) -> str:
    """A PATH that has these in place of the real ones."""
    for name, text in scripts.items():
        path = directory / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    return f"{directory}:{os.environ['PATH']}"


def test_programs_that_hang_or_print_garbage_cost_their_own_rows_alone(reachable: Path):
    path = tools(
        reachable,
        free="exec sleep 1000",
        df="exec yes",
        vmstat="head -c 4096 /dev/urandom",
        ip="echo '[{}, {\"stats64\": 1}]'",
        ss="exit 4",
    )
    outcome = run_as_a_user("--json", PATH=path)
    assert outcome.code == 0, outcome.of("differs")
    reasons = {row["metric"]: row["reason"] for row in outcome.rows}
    sources = {row["metric"]: row["source"] for row in outcome.rows}
    assert reasons["system.memory.total_bytes"] == "free did not answer within 4 s"
    assert reasons["system.disk.total_bytes"] == "df printed more than 16 MiB"
    assert "vmstat: its answer cannot be read" in reasons["system.cpu.context_switches_total"]
    assert "ip: its answer cannot be read" in reasons["system.network.bytes_sent_total"]
    assert reasons["system.network.tcp_connections"] == "ss ended with exit code 4"
    # What is left is asked in their place, and says so.
    assert sources["system.memory.total_bytes"] == "/proc/meminfo, own reading"
    assert sources["system.network.bytes_sent_total"] == "/sys/class/net"
    for metric in (
        "system.memory.major_faults_total",
        "system.host.process_count",
        "system.cpu.load_1m",
        "system.cpu.count_logical",
    ):
        assert reasons[metric] is None, metric


def test_programs_that_are_missing_are_named_with_the_package_that_has_them(reachable: Path):
    outcome = run_as_a_user("--json", PATH=str(reachable))
    assert outcome.code == 0, outcome.of("differs")
    reasons = {row["metric"]: row["reason"] for row in outcome.rows}
    assert reasons["system.memory.total_bytes"] == "free is not installed (Debian's package procps has it)"
    assert reasons["system.disk.total_bytes"] == "df is not installed (Debian's package coreutils has it)"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_that_is_interrupted_says_nothing_and_leaves_no_program_behind(number: int, reachable: Path):
    started = reachable / "started"
    os.mkfifo(started)
    started.chmod(0o666)
    noted = os.open(started, os.O_RDWR)
    path = tools(reachable, free=f"echo $$ > {started}; exec sleep 1000")
    environment = clean_environment(PATH=path)
    command = [sys.executable, "-c", AS_A_USER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as running:
        assert select.select([noted], [], [], TIMEOUT_SECONDS)[0], "it started no program"
        pid = int(os.read(noted, 100))
        running.send_signal(number)
        printed, _ = running.communicate(timeout=TIMEOUT_SECONDS)
    os.close(noted)
    assert (running.returncode, printed) == (130, b"")
    assert has_ended(pid)


def test_a_user_without_privilege_can_run_it(reachable: Path):
    outcome = run_as_a_user("--json", HOME=str(reachable))
    assert int(outcome.errors.split()[0]) != 0
    assert outcome.code == 0, outcome.of("differs")
    assert "system.host.process_count" in outcome.of("ok")


def test_as_root_only_programs_of_the_system_are_run(reachable: Path):
    if os.geteuid() != 0:
        pytest.skip("NOT RUN: only root is refused programs of PATH")
    run_by_root = reachable / "run"
    path = tools(reachable, **dict.fromkeys(("free", "df", "ps", "ip", "ss", "vmstat"), f"touch {run_by_root}"))
    outcome = run("--json", PATH=path)
    assert outcome.code in (0, 1), outcome.errors
    assert any(row["source"].startswith("vmstat") for row in outcome.rows), "the system's one was asked"
    assert not run_by_root.exists()


def test_a_wrong_argument_is_one_line_and_exit_code_2():
    outcome = run("--seconds", "0")
    assert outcome.code == 2
    assert outcome.printed == ""
    assert outcome.errors.count("\n") == 1


def test_the_programs_that_it_asks_are_installed():
    # requirements/system.sh installs them for the tests.
    for name in ("free", "vmstat", "ps", "uptime", "df", "ip", "ss", "nstat", "lscpu"):
        assert shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin"), name
