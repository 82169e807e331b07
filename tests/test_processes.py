"""The table of processes, on this machine's real /proc and on small trees in the kernel's format."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zeropoint.probe import Absent, Roots
from zeropoint.processes import MAX_AGE_SECONDS, ProcessTable, open_files

WAITS = "import sys; print('ready', flush=True); sys.stdin.read()"


@contextmanager
def program(code: str, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def stat_line(pid: int, name: str, *, state: str = "S", parent: int = 1, start: int = 500) -> str:
    fields = [str(pid), f"({name})", state, str(parent), *["0"] * 9, "150", "50", *["0"] * 6, str(start), *["0"] * 30]
    return " ".join(fields) + "\n"


def tree(folder: Path, *lines: str, boot: int = 1_700_000_000) -> Roots:
    (folder / "stat").write_text(f"cpu 1 2 3 4\nbtime {boot}\n")
    for line in lines:
        process = folder / line.split()[0]
        process.mkdir(exist_ok=True)
        (process / "stat").write_text(line)
        (process / "cmdline").write_bytes(b"program\0--flag\0")
    return Roots(proc=str(folder))


def test_a_child_is_listed_with_its_parent_start_and_arguments():
    before = time.time()
    with program(WAITS, "", "an argument") as child:
        listed = ProcessTable().look(Roots())
        process = listed.by_pid[child.pid]
        assert process.parent_pid == os.getpid()
        assert process.arguments[-2:] == ("", "an argument")
        # Starts are told in hundredths of a second since the boot, whose time is told in whole seconds.
        assert before - 3 < process.started < time.time() + 3
        assert child.pid in listed.tree([os.getpid()])
        assert os.getpid() not in listed.tree([child.pid])


def test_one_that_has_ended_is_not_listed_though_nobody_has_waited_for_it():
    with program(WAITS) as child:
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # a zombie from here on
        assert child.pid not in ProcessTable().look(Roots()).by_pid


def test_it_is_listed_once_for_all_who_ask_within_a_second(tmp_path: Path):
    now = 100.0
    table = ProcessTable(clock=lambda: now)
    first = table.look(tree(tmp_path, stat_line(1, "init")))
    tree(tmp_path, stat_line(7, "late"))
    now += MAX_AGE_SECONDS / 2
    assert table.look(Roots(proc=str(tmp_path))) is first
    now += MAX_AGE_SECONDS
    assert set(table.look(Roots(proc=str(tmp_path))).by_pid) == {1, 7}


def test_a_name_may_hold_anything(tmp_path: Path):
    listed = ProcessTable().look(tree(tmp_path, stat_line(1, "init"), stat_line(9, "a) R 1 (b\n", parent=1)))
    process = listed.by_pid[9]
    assert (process.name, process.parent_pid) == ("a) R 1 (b\n", 1)
    assert process.started == 1_700_000_005.0
    assert process.cpu_seconds_total == 2.0


def test_a_number_that_is_given_again_is_another_process(tmp_path: Path):
    now = 100.0
    table = ProcessTable(clock=lambda: now)
    before = table.look(tree(tmp_path, stat_line(1, "init"), stat_line(9, "python", start=500))).by_pid[9]
    now += 2 * MAX_AGE_SECONDS
    roots = tree(tmp_path, stat_line(9, "python", start=900))
    (tmp_path / "9/cmdline").write_bytes(b"python\0other.py\0")
    after = table.look(roots).by_pid[9]
    assert before.identity != after.identity
    assert after.arguments == ("python", "other.py")


def test_damaged_rows_cost_themselves_alone(tmp_path: Path):
    roots = tree(tmp_path, stat_line(1, "init"), "8 (cut) S 1\n", "9 ()\n")
    assert set(ProcessTable().look(roots).by_pid) == {1}


def test_where_not_all_can_be_seen_it_says_so(tmp_path: Path):
    hidden = ProcessTable().look(tree(tmp_path, stat_line(9, "mine")))
    assert hidden.shortfall == f"{tmp_path} does not show the processes of others"
    nothing = ProcessTable().look(Roots(proc=str(tmp_path / "none")))
    assert nothing.by_pid == {}
    assert nothing.shortfall == f"{tmp_path / 'none'} cannot be read: No such file or directory"


def test_one_that_rests_is_read_the_more_seldom_the_longer_it_does_and_leaves_the_list_at_once(tmp_path: Path):
    now = 100.0
    table = ProcessTable(clock=lambda: now)
    roots = tree(tmp_path, stat_line(1, "init"), stat_line(30, "rests"), stat_line(31, "ends"))
    for now in (100.0, 104.0, 108.0):  # noqa: B007 - the clock's
        before = table.look(roots)
    shutil.rmtree(tmp_path / "31")
    (tmp_path / "30/stat").write_text("nothing that could be read again")
    now = 109.0
    after = table.look(roots)
    assert set(after.by_pid) == {1, 30}
    assert after.by_pid[30] is before.by_pid[30]
    table.hurry()
    now = 110.0
    assert set(table.look(roots).by_pid) == {1}


def test_by_its_clock_each_is_seen_to_run_and_to_rest():
    now = 100.0
    table = ProcessTable(clock=lambda: now)
    with program(WAITS) as rests, program("print('ready', flush=True)\nwhile True: pass") as runs:
        before = table.look(Roots())
        assert before.has_clocks
        now += 1.0
        until = time.monotonic() + 30
        while (after := table.look(Roots())).by_pid[runs.pid].cpu_seconds_total < 0.1 and time.monotonic() < until:
            now += 1.0
        assert after.by_pid[runs.pid].cpu_seconds_total > before.by_pid[runs.pid].cpu_seconds_total
        # What it does until it rests takes a while on a busy machine.
        now += 1.0
        while (later := table.look(Roots())).by_pid[rests.pid] is not after.by_pid[rests.pid]:
            assert time.monotonic() < until
            after = later
            now += 1.0
        assert after.by_pid[rests.pid].resident_bytes > 1_000_000


def test_a_child_whose_parent_has_ended_is_listed_below_its_new_one():
    now = 100.0
    table = ProcessTable(clock=lambda: now)
    code = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'])\n"
        "print('ready', flush=True); print(child.pid, flush=True); sys.stdin.readline(); os._exit(0)"
    )
    with program(code) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert table.look(Roots()).by_pid[child].parent_pid == parent.pid
        assert parent.stdin
        parent.stdin.write("\n")
        parent.stdin.flush()
        parent.wait()
        now += 1.0
        assert table.look(Roots()).by_pid[child].parent_pid != parent.pid


def test_the_time_of_children_that_were_waited_for_is_told():
    code = (
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'import time\\nwhile time.process_time() < 0.3: pass'])\n"
        "print('ready', flush=True); sys.stdin.read()"
    )
    with program(code) as parent:
        assert ProcessTable().look(Roots()).by_pid[parent.pid].reaped_cpu_seconds_total >= 0.29


def test_files_that_a_process_holds_open_are_told_with_how_far_it_has_written(tmp_path: Path):
    file = tmp_path / "a row file\n"
    code = f"f = open({str(file)!r}, 'w'); f.write('12345'); f.flush(); g = open('/dev/null'); " + WAITS
    with program(code) as child:
        found = open_files(Roots(), child.pid)
        assert not isinstance(found, Absent)
        (mine,) = [each for each in found if each.path == str(file)]
        assert (mine.writable, mine.position) == (True, 5)
        (null,) = [each for each in found if each.path == "/dev/null"]
        assert null.writable is False
        assert not [each for each in found if "pipe" in each.path]


def test_one_that_is_gone_holds_nothing(tmp_path: Path):
    assert open_files(Roots(proc=str(tmp_path)), 4) == []
