"""Whether a run's process lives: with real processes of this machine, and on a recorded tree."""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from zeropoint.ai.processes import Mark, boot_of, life_of, process_start, process_start_by_psutil, start_ticks
from zeropoint.probe import Roots

HERE = platform.node()


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until its input ends."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        try:
            yield child
        finally:
            child.kill()


def test_a_process_that_started_before_its_run_lives(child: subprocess.Popen[bytes]) -> None:
    assert life_of(child.pid, time.time(), HERE, Roots()) == "live"
    assert life_of(child.pid, time.time() + 3600, HERE, Roots()) == "live", "a run may begin late in a process"


def test_a_process_that_started_after_the_run_has_taken_over_its_number(child: subprocess.Popen[bytes]) -> None:
    assert life_of(child.pid, time.time() - 60, HERE, Roots()) == "gone"


def test_a_process_that_ended_is_gone_also_before_its_parent_has_noticed() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is kept as a zombie
    assert life_of(child.pid, time.time(), HERE, Roots()) == "gone"
    assert process_start_by_psutil(child.pid) is None
    child.wait()
    assert life_of(child.pid, time.time(), HERE, Roots()) == "gone"
    assert process_start_by_psutil(child.pid) is None


def test_both_ways_to_the_start_of_a_process_agree(child: subprocess.Popen[bytes]) -> None:
    assert process_start(Roots(), child.pid) == pytest.approx(process_start_by_psutil(child.pid), abs=1)
    assert process_start(Roots(), child.pid) == pytest.approx(time.time(), abs=60)


@pytest.mark.parametrize(
    ("pid", "started", "host"),
    [(None, 1.0, HERE), (os.getpid(), None, HERE), (os.getpid(), 2e9, "another-machine"), (os.getpid(), 2e9, None)],
    ids=["no number", "no start", "another machine", "no machine"],
)
def test_what_cannot_be_seen_from_here(pid: int | None, started: float | None, host: str | None) -> None:
    assert life_of(pid, started, host, Roots()) == "unseen"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no boot_id")
def test_by_its_mark_a_process_is_known_whatever_the_clock_was_set_to(child: subprocess.Popen[bytes]) -> None:
    boot_id, ticks = boot_of(Roots()), start_ticks(Roots(), child.pid)
    assert boot_id is not None
    assert ticks is not None
    mark = Mark(boot_id, ticks)
    for step in (-3600.0, 0.0, 3600.0):
        assert life_of(child.pid, time.time() + step, HERE, Roots(), mark) == "live"
    assert life_of(child.pid, time.time() + 60, HERE, Roots(), Mark(boot_id, ticks - 1)) == "gone", "its number, anew"
    assert life_of(child.pid, time.time() + 60, HERE, Roots(), Mark("of another boot", ticks)) == "gone"
    assert life_of(child.pid, time.time(), "another-machine", Roots(), mark) == "unseen"
    child.kill()
    child.wait()
    assert life_of(child.pid, time.time(), HERE, Roots(), mark) == "gone"


def test_a_proc_that_hides_other_users_tells_nothing(tmp_path: Path) -> None:
    assert life_of(os.getpid(), time.time(), HERE, Roots(proc=str(tmp_path))) == "unseen"


def test_a_recorded_tree_tells_of_its_processes(tmp_path: Path) -> None:
    for name, content in {
        "proc/1/stat": "1 (systemd) S 0 1 1",
        "proc/stat": "cpu  1 2 3 4\nctxt 5\nbtime 1800000000\nprocesses 6",
        "proc/sys/kernel/hostname": "container-7",
        "proc/42/stat": "42 (a) b (c)) R 1 42 42 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 100000 1 1",
        "root/etc/hostname": "gpubox",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content + "\n")
    started = 1_800_000_000 + 100_000 / os.sysconf("SC_CLK_TCK")
    roots = Roots(proc=str(tmp_path / "proc"), root=str(tmp_path / "root"))
    assert process_start(roots, 42) == started
    for host in ("gpubox", "container-7"):
        assert life_of(42, started + 1, host, roots) == "live"
    assert life_of(42, started - 60, "gpubox", roots) == "gone"
    assert life_of(43, started, "gpubox", roots) == "gone"
    # This tree does not tell its boot, so the clock does.
    assert life_of(42, started + 1, "gpubox", roots, Mark("a", 1)) == "live"
