"""tinygrad's processes, found by what they hold open: real ones, and those of a tree of files in /proc's form."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ai.watch import as_nobody
from zeropoint.ai.tinygrad_processes import TinygradProcesses
from zeropoint.probe import Roots
from zeropoint.processes import ProcessTable

# Opens the cache when it is told to, and uses the processor for it as an import of tinygrad does.
OPENS = """
import sys, time
sys.stdin.readline()
file = open(sys.argv[1], "a")
while time.process_time() < 0.5: pass
print("opened", flush=True)
sys.stdin.readline()
"""


class Clock:
    """Moves on by itself, so that each look lists the processes anew."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        self.now += 2.0
        return self.now


@contextmanager
def holder(file: Path) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", OPENS, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def tell(child: "subprocess.Popen[str]") -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("\n")
    child.stdin.flush()
    assert child.stdout.readline() == "opened\n"


def test_the_appliance_does_not_ask_itself(tmp_path: Path) -> None:
    cache = tmp_path / "tinygrad/cache.db"
    cache.parent.mkdir()
    clock = Clock()
    live = TinygradProcesses(ProcessTable(clock), budget_seconds=10.0)
    with cache.open("w"), holder(cache) as child:
        tell(child)
        live.look(Roots(), clock.now, time.time())
        assert child.pid in live.pids
        assert os.getpid() not in live.pids


def test_a_process_is_found_once_it_holds_the_cache_open_and_forgotten_when_it_has_ended(tmp_path: Path) -> None:
    cache = tmp_path / "tinygrad/cache.db"
    cache.parent.mkdir()
    clock = Clock()
    live = TinygradProcesses(ProcessTable(clock), budget_seconds=10.0)
    with holder(cache) as child:
        live.look(Roots(), clock.now, time.time())
        assert child.pid not in live.pids
        tell(child)
        live.look(Roots(), clock.now, time.time())
        assert child.pid in live.pids
        cache.unlink()  # as `rm -r ~/.cache` does; the process goes on
        live.look(Roots(), clock.now, time.time())
        assert child.pid in live.pids
        assert live.ended_at is None
        child.kill()
        child.wait()
        live.look(Roots(), clock.now, 4e9)
        assert child.pid not in live.pids
        assert live.ended_at == 4e9


def test_it_is_busy_while_it_uses_the_processor(tmp_path: Path) -> None:
    clock = Clock()
    live = TinygradProcesses(ProcessTable(clock))
    with holder(tmp_path / "file") as child:

        def busy(wall: float, but: tuple[int, ...] = ()) -> float | None:
            return live.busy_at(Roots(), clock.now, wall, [child.pid], but)

        assert busy(1.0) is None
        tell(child)  # half a second of 2 s of this clock
        assert busy(2.0) == 2.0
        assert busy(3.0) == 2.0
    assert busy(4.0) == 2.0


def test_whose_open_files_may_not_be_read_is_counted(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("it takes root to become somebody else")
    clock = Clock()
    live = TinygradProcesses(ProcessTable(clock), budget_seconds=10.0)
    with holder(tmp_path / "file") as child, as_nobody():
        live.look(Roots(), clock.now, time.time())
        assert live.closed_count >= 1
        assert child.pid not in live.pids


class Tree:
    """A tree of files in the form of /proc."""

    def __init__(self, folder: Path) -> None:
        self.roots = Roots(proc=str(folder))
        self.folder = folder
        (folder / "stat").write_text("btime 1700000000\n")

    def process(self, pid: int, name: str = "python", cpu_ticks: int = 1, opened: str | None = None) -> None:
        place = self.folder / str(pid)
        for folder in ("fd", "fdinfo"):
            (place / folder).mkdir(parents=True, exist_ok=True)
        fields = ["S", "1", *["0"] * 9, str(cpu_ticks), *["0"] * 7, "100", "0", "0"]
        (place / "stat").write_text(f"{pid} ({name}) {' '.join(fields)}\n")
        (place / "cmdline").write_bytes(name.encode() + b"\0")
        if opened is not None:
            (place / "fd/3").symlink_to(opened)
            (place / "fdinfo/3").write_text("pos:\t0\nflags:\t0100002\n")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


CACHE = "/home/a/.cache/tinygrad/cache.db"


def test_one_that_has_not_used_the_processor_since_is_not_asked_again(tree: Tree) -> None:
    clock = Clock()
    live = TinygradProcesses(ProcessTable(clock))
    tree.process(7, cpu_ticks=5)
    live.look(tree.roots, clock.now, 0.0)
    tree.process(7, cpu_ticks=5, opened=CACHE)
    live.look(tree.roots, clock.now, 0.0)
    assert live.pids == set(), "it was asked though it can have opened nothing"
    tree.process(7, cpu_ticks=6)
    live.look(tree.roots, clock.now, 0.0)
    assert live.pids == {7}


def test_other_programs_and_other_files_are_none_of_it(tree: Tree) -> None:
    clock = Clock()
    live = TinygradProcesses(ProcessTable(clock))
    tree.process(7, name="sqlite3", opened=CACHE)
    tree.process(8, opened="/home/a/.cache/other/cache.db")
    tree.process(9, opened=CACHE + "-wal")
    tree.process(10, name="python3.12", opened=CACHE)
    live.look(tree.roots, clock.now, 0.0)
    assert live.pids == {10}


def test_a_look_is_bounded_and_the_next_one_goes_on(tree: Tree) -> None:
    clock = Clock()
    live = TinygradProcesses(ProcessTable(clock), budget_seconds=0.002)
    # Beyond what Linux gives, for the process of the test is not asked.
    for pid in range(5_000_000, 5_000_400):
        tree.process(pid, opened=CACHE)
    counts = []
    while not counts or counts[-1] < 400:
        live.look(tree.roots, clock.now, 0.0)
        counts.append(len(live.pids))
        assert len(counts) < 400
    assert counts[0] < 400
    # One that the machine takes the processor from may find none, and loses none.
    assert counts == sorted(counts)
