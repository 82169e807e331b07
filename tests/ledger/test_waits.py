"""What processes wait for: parsers on literal files, and real processes that wait."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ledger.programs import python
from zeropoint.ledger.group_cpu import GroupPath
from zeropoint.ledger.group_pressure import AGAIN_SECONDS, GroupPressure, parse_total
from zeropoint.ledger.owner import Owner, run_owner
from zeropoint.ledger.waits import (
    MOST_PROCESSES,
    Crowd,
    WaitLooks,
    parse_descriptor,
    parse_schedstat,
    parse_state,
    read_state,
)
from zeropoint.model import Waits
from zeropoint.probe import Roots
from zeropoint.processes import Process

OWNER = run_owner("digits/1", "process-tree")
ON_SOCKET = (
    "import socket; a = socket.create_server(('127.0.0.1', 0)); b = socket.create_connection(a.getsockname())\n"
    "print('ready', flush=True); b.recv(1)"
)
ON_UNIX_SOCKET = "import socket; a, b = socket.socketpair(); print('ready', flush=True); b.recv(1)"
ON_PIPE = "import os; a, b = os.pipe(); print('ready', flush=True); os.read(a, 1)"
BUSY = "print('ready', flush=True)\nwhile True: pass"


def process(pid: int) -> Process:
    return Process(pid, 1, "python", 0.0, 0.0, ())


def reaches(pid: int, wanted: Callable[[str], bool]) -> bool:
    """Whether the process comes to a state, after it was last heard of."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        if wanted(parse_state(Path(f"/proc/{pid}/stat").read_bytes())):
            return True
    return False


def waits_of(looks: WaitLooks, now: float, *pids: int, owner: Owner = OWNER) -> Waits:
    return looks.update(Roots(), {owner: Crowd([process(pid) for pid in pids], None)}, now)[owner]


def test_the_state_is_found_behind_a_name_that_holds_anything():
    assert parse_state(b"7 (a) R (b) T 1 7 7 0 -1 4194304") == "T"


def test_times_of_the_scheduler_are_in_nanoseconds():
    assert parse_schedstat(b"58155040 1054994 40\n") == (58155040, 1054994)
    with pytest.raises(ValueError, match="unpack"):
        parse_schedstat(b"0\n")


@pytest.mark.parametrize(
    ("content", "machine", "descriptor"),
    [
        (b"45 0x4 0x7fbd49d11d60 0xa 0x0 0x0 0x0 0x7ffc75fafa38 0x7fbd49f28929", "x86_64", 4),
        (b"207 0x1f 0x0 0x0 0x0 0x0 0x0 0x0 0x0", "aarch64", 31),
        (b"45 0x4 0x0 0x0 0x0 0x0 0x0 0x0 0x0", "riscv64", None),  # numbers that are not known
        (b"202 0x4 0x0 0x0 0x0 0x0 0x0 0x0 0x0", "x86_64", None),  # futex
        (b"running", "x86_64", None),
        (b"-1 0x7ffc75fafa38 0x7fbd49f28929", "x86_64", None),
    ],
)
def test_the_descriptor_of_a_call_that_reads_or_writes(content: bytes, machine: str, descriptor: int | None):
    assert parse_descriptor(content, machine) == descriptor


@pytest.mark.parametrize(("program", "on_socket"), [(ON_SOCKET, True), (ON_UNIX_SOCKET, False), (ON_PIPE, False)])
def test_who_waits_on_a_socket_of_the_network_is_told_from_who_waits_for_a_neighbour(program: str, on_socket: bool):
    with python(program) as one:
        assert reaches(one.pid, lambda letter: letter == "S")
        state = read_state(Roots(), one.pid)
        assert state is not None
        assert (state.letter, state.on_socket) == ("S", on_socket)


def test_who_is_stopped_is_told_and_going_on_as_well():
    with python(BUSY) as one:
        looks = WaitLooks()
        os.kill(one.pid, signal.SIGSTOP)
        assert reaches(one.pid, lambda letter: letter == "T")
        told = waits_of(looks, 1.0, one.pid)
        assert (told.processes_count, told.stopped_count, told.runnable_count) == (1, 1, 0)
        os.kill(one.pid, signal.SIGCONT)
        assert reaches(one.pid, lambda letter: letter == "R")
        assert waits_of(looks, 2.0, one.pid).stopped_count == 0


def test_two_that_want_one_processor_wait_for_it_half_of_the_time():
    core = {min(os.sched_getaffinity(0))}
    with python(BUSY) as one, python(BUSY) as other:
        for each in (one, other):
            os.sched_setaffinity(each.pid, core)
        looks = WaitLooks()
        assert waits_of(looks, 0.0, one.pid).cpu_wait_share_percent is None
        began, ran = time.monotonic(), 0
        while ran < 500_000_000:
            ran, _ = parse_schedstat(Path(f"/proc/{one.pid}/schedstat").read_bytes())
        told = waits_of(looks, time.monotonic() - began, one.pid)
    assert told.cpu_wait_share_percent is not None
    assert told.cpu_wait_percent is not None
    # Others may be on the core too; by its own count it never has more of it than half.
    assert told.cpu_wait_share_percent > 35
    assert 35 < told.cpu_wait_percent <= 105


def test_who_is_gone_and_who_is_of_another_kind_costs_nothing_and_too_many_are_not_looked_at():
    assert read_state(Roots(), 2**22 + 1) is None
    program = Owner("program:x (root)", "x", "program", "program-and-user")
    crowd = Crowd([process(os.getpid())] * (MOST_PROCESSES + 1), None)
    assert WaitLooks().update(Roots(), {program: Crowd([process(os.getpid())], None), OWNER: crowd}, 1.0) == {}


def test_pressure_is_of_a_group_that_has_the_workload_alone(tmp_path: Path):
    folder = tmp_path / "fs/cgroup/user.slice/train.scope"
    folder.mkdir(parents=True)
    group, roots = GroupPath("/user.slice/train.scope", True), Roots(sys=str(tmp_path))

    def written(stalled_us: int, *pids: int) -> None:
        (folder / "cgroup.procs").write_text("\n".join(map(str, pids)))
        (folder / "io.pressure").write_text(f"some avg10=0.00 avg60=0.00 avg300=0.00 total={stalled_us}\n")

    pressure = GroupPressure()
    written(1_000_000, 7, 8)
    assert pressure.percent(roots, group, {7, 8, 9}, 1.0) == {}
    written(1_500_000, 7, 8)
    assert pressure.percent(roots, group, {7, 8, 9}, 2.0) == {"io": 50.0}
    written(1_600_000, 7, 8, 10)  # somebody else has come in, which is seen at the next look at that
    assert pressure.percent(roots, group, {7, 8, 9}, 2.0 + AGAIN_SECONDS) == {}
    assert pressure.percent(roots, GroupPath("/user.slice/train.scope", False), {7}, 20.0) == {}


def test_a_pressure_file_without_a_total_tells_nothing():
    assert parse_total(b"some avg10=0.00 avg60=0.00 avg300=0.00 total=12\nfull avg10=0.00 total=9\n") == 12
    assert parse_total(b"") is None
