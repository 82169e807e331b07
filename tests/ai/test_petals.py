"""Petals by its artifacts and its processes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.ai.watch import Put, Watch
from zeropoint.ai.petals import Petals
from zeropoint.ai.petals_observing import observing
from zeropoint.ai.petals_report import PetalsReport
from zeropoint.probe import Roots


@pytest.fixture
def watch(artifacts: Path, tmp_path: Path) -> Watch:
    return Watch(Petals, artifacts, cache=str(tmp_path / "petals"))


def read(watch: Watch, after: float = 0.0) -> PetalsReport:
    report = watch.read(after)
    assert isinstance(report, PetalsReport)
    return report


def test_counts_blocks_by_their_names(watch: Watch, put: Put, artifacts: Path, tmp_path: Path) -> None:
    for name in ("tiny-llama:0.bin", "tiny-llama:11.bin", "bigscience/bloom:3.bin", "odd\nname:1.bin"):
        put(f"petals/cache/{name}")
    for name in (
        "throughput_v5.json",
        "tiny-llama.bin",
        "tiny-llama:x.bin",
        ":1.bin",
        "tiny:1.bin.part",
        ".tiny:1.bin",
    ):
        put(f"petals/cache/{name}")
    put("petals/other:1.bin")
    (artifacts / "petals/cache/linked:1.bin").symlink_to(tmp_path)
    report = read(watch)
    assert report.cache_blocks == 4
    assert report.reason is not None
    assert "1 links in petals/cache left out" in report.reason


def test_a_cache_that_merely_exists_is_absent(watch: Watch, artifacts: Path) -> None:
    (artifacts / "petals/cache").mkdir(parents=True)
    report = read(watch)
    assert (report.status, report.cache_blocks) == ("absent", 0)


def test_blocks_alone_never_mean_running(watch: Watch, put: Put) -> None:
    put("petals/cache/tiny-llama:0.bin")
    assert read(watch).status == "unknown"
    assert read(watch, after=11).status == "stopped"


OF_THE_SWARM = (
    "served_blocks",
    "peers_count",
    "state",
    "throughput",
    "inference_per_second",
    "forward_per_second",
    "network_per_second",
    "cache_tokens_left",
    "model",
    "blocks_count",
    "blocks",
    "servers",
)


def test_what_the_swarm_alone_tells_is_null_and_names_the_settings(watch: Watch) -> None:
    report = read(watch)
    for field in OF_THE_SWARM:
        assert getattr(report, field) is None
        assert watch.missing[field] == "the swarm is not observed: petals_peers and petals_python are not set"


def test_a_setting_that_is_missing_is_named_alone(artifacts: Path) -> None:
    watch = Watch(Petals, artifacts, swarm=observing("/usr/bin/python3", ()))
    assert read(watch).state is None
    assert watch.missing["state"] == "the swarm is not observed: petals_peers is not set"


# A server's tree as Petals makes it: a main process, a DHT that it forks with p2pd below, and a handler.
RUN_SERVER = """
import os, subprocess, sys, time
if os.fork() == 0:
    subprocess.run([sys.argv[1], "1000"])
if os.fork() == 0:
    time.sleep(1000)
print("up", flush=True)
while os.path.exists(sys.argv[2]):
    pass
time.sleep(1000)
"""


class Tree:
    """Such a tree of real processes; it is busy while the file `busy` is there."""

    def __init__(self, folder: Path) -> None:
        self.busy = folder / "busy"
        module = folder / "petals/cli/run_server.py"
        module.parent.mkdir(parents=True)
        for package in (module.parent, module.parents[1]):
            (package / "__init__.py").write_text("")
        module.write_text(RUN_SERVER)
        shutil.copy(str(shutil.which("sleep")), folder / "p2pd")
        command = [sys.executable, "-m", "petals.cli.run_server", folder / "p2pd", self.busy, "--token", "hf_secret"]
        self.main = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert self.main.stdout is not None
        assert self.main.stdout.readline() == "up\n"

    def end(self) -> None:
        os.killpg(self.main.pid, signal.SIGKILL)
        self.main.wait()
        assert self.main.stdout is not None
        self.main.stdout.close()


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    (tmp_path / "busy").write_text("")
    made = Tree(tmp_path)
    yield made
    made.end()


def until(watch: Watch, wanted: Callable[[PetalsReport], bool]) -> PetalsReport:
    """Reads, by a clock that runs as fast as the machine's, until the report is wanted."""
    end = time.monotonic() + 30
    last = time.monotonic()
    while time.monotonic() < end:
        time.sleep(0.25)  # the kernel counts CPU time in hundredths of a second
        last, before = time.monotonic(), last
        report = read(watch, after=last - before)
        if wanted(report):
            return report
    raise AssertionError(report)


def test_a_whole_tree_lives_and_what_it_leaves_behind_does_not(watch: Watch, tree: Tree) -> None:
    alive = until(watch, lambda report: tree.main.pid in (report.pids or ()))
    assert alive.server_processes_count is not None
    assert alive.server_processes_count >= 1
    os.kill(tree.main.pid, signal.SIGTERM)
    tree.main.wait()
    left = until(watch, lambda report: tree.main.pid not in (report.pids or ()))
    assert left.orphans_count is not None
    assert left.orphans_count >= 2
    assert left.reason is not None
    assert "belong to none that lives" in left.reason
    if left.server_processes_count == 0:  # unless somebody runs Petals on this machine
        assert left.status not in ("running", "idle")


def test_a_server_is_running_while_its_processes_work_and_idle_ten_seconds_later(watch: Watch, tree: Tree) -> None:
    busy = until(watch, lambda report: (report.cpu_percent or 0) > 5)
    assert busy.status == "running"
    tree.busy.unlink()
    until(watch, lambda report: (report.cpu_percent or 0) < 5)
    assert read(watch, after=11).status == "idle"


def test_no_argument_of_a_server_is_told(watch: Watch, tree: Tree) -> None:
    until(watch, lambda report: tree.main.pid in (report.pids or ()))
    reading = watch.component.read(Roots(), watch.now + 10)
    assert b"hf_secret" not in msgspec.json.encode([reading.report, reading.missing])


def test_blocks_of_both_layouts_are_counted_together(watch: Watch, put: Put, tmp_path: Path) -> None:
    put("petals/cache/tiny-llama:0.bin")
    snapshot = tmp_path / "petals/models--org--other/snapshots/main"
    snapshot.mkdir(parents=True)
    for folder in ("refs", "blobs"):
        (snapshot.parents[1] / folder).mkdir()
    (snapshot.parents[1] / "refs/main").write_text("main")
    (snapshot / "config.json").write_text('{"num_hidden_layers": 2}')
    (snapshot / "model.safetensors").write_bytes(b"x")
    assert read(watch).cache_blocks == 3
