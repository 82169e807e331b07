"""Disk traffic by process: real programs that write and read, and movements whose truth is known."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.programs import NOBODY, Program, needs_root, python
from zeropoint.ledger.accounts import Accounts, Identity, Movement
from zeropoint.ledger.disk_io import DiskTraffic, parse_io
from zeropoint.probe import Roots
from zeropoint.processes import ProcessTable

MIB = 1024**2
CONTENT = b"rchar: 3\nwchar: 4\nsyscr: 5\nsyscw: 6\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 0\n"
# Writes and reads past the cache on request, itself or by a child; each answer comes when that is done.
DISK = """
import os, subprocess, sys
path = sys.argv[1]
block = bytes(1 << 20)
def work(what, count):
    if what == "write":
        file = os.open(path, os.O_WRONLY | os.O_CREAT)
        for _ in range(count):
            os.write(file, block)
        os.fsync(file)
    else:
        file = os.open(path, os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        while os.read(file, 1 << 20):
            pass
    os.close(file)
print("ready", flush=True)
for line in sys.stdin:
    what, count = line.split()
    if what == "child":
        subprocess.run([sys.executable, "-c", "import os, sys; f = os.open(sys.argv[1], 65); "
                        "[os.write(f, bytes(1 << 20)) for _ in range(int(sys.argv[2]))]; os.fsync(f)", path, count])
    else:
        work(what, int(count))
    print("done", flush=True)
"""


class Follower:
    """What the ledger does with each listing of this machine."""

    def __init__(self) -> None:
        self.now = 100.0
        self.table, self.accounts, self.disk = ProcessTable(clock=lambda: self.now), Accounts(), DiskTraffic()

    def look(self, *pids: int) -> tuple[int, int]:
        """Read and written by these since the last look."""
        self.now += 1.0
        movement = self.accounts.update(self.table.look(Roots()), 0.0)
        if movement is None:
            return self.look(*pids)
        traffic = self.disk.update(Roots(), movement)
        mine = [bytes_ for (pid, _), bytes_ in traffic.items() if pid in pids]
        return sum(read for read, _ in mine), sum(written for _, written in mine)


@pytest.fixture
def place() -> Iterator[Path]:
    """A file on a disk: the kernel counts nothing for what lies in memory."""
    path = Path(__file__).parent / f".disk_io-{os.getpid()}"
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def program(place: Path) -> Iterator[Program]:
    with python(DISK, str(place)) as started:
        yield started


def test_what_is_taken_back_before_it_is_written_does_not_count():
    assert parse_io(CONTENT) == (4096, 8192)
    assert parse_io(CONTENT.replace(b"cancelled_write_bytes: 0", b"cancelled_write_bytes: 4096")) == (4096, 4096)
    assert parse_io(CONTENT.replace(b"cancelled_write_bytes: 0", b"cancelled_write_bytes: 99999")) == (4096, 0)


@given(st.binary(max_size=300))
def test_whatever_it_holds_counters_are_not_negative(content: bytes):
    assert min(parse_io(content)) >= 0


def test_a_real_writer_and_reader_are_told_what_they_moved(program: Program):
    follower = Follower()
    follower.look()
    assert program.ask("write 24") == "done"
    _, written = follower.look(program.pid)
    assert 24 * MIB <= written < 26 * MIB
    assert program.ask("read 0") == "done"
    read, written = follower.look(program.pid)
    # Where the file system keeps it in memory all the same, there is no traffic to tell.
    counted = parse_io(Path(f"/proc/{program.pid}/io").read_bytes())
    assert (read, written) == (counted[0], 0) or 24 * MIB <= read < 26 * MIB
    assert follower.look(program.pid) == (0, 0)


def test_a_child_that_comes_and_goes_between_two_looks_counts_once_for_who_waited_for_it(program: Program):
    follower = Follower()
    follower.look()
    assert program.ask("child 16") == "done"
    _, written = follower.look(program.pid)
    assert 16 * MIB <= written < 18 * MIB
    assert follower.look(program.pid)[1] < MIB


CHILD = """
import os, sys
block = bytes(1 << 20)
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
        for _ in range(16):
            os.write(file, block)
        os.fsync(file)
        print(os.getpid(), flush=True)
        sys.stdin.readline()
        os._exit(0)
    os.waitpid(child, 0)
    print("waited", flush=True)
"""


def test_a_child_that_was_seen_before_it_was_waited_for_counts_once(place: Path):
    follower = Follower()
    with python(CHILD, str(place)) as parent:
        follower.look()
        child = int(parent.ask("go"))
        assert 16 * MIB <= follower.look(parent.pid, child)[1] < 18 * MIB
        assert parent.ask("end") == "waited"
        # The parent has the counters of the child now.
        assert parse_io(Path(f"/proc/{parent.pid}/io").read_bytes())[1] >= 16 * MIB
        assert follower.look(parent.pid, child)[1] < MIB
        assert follower.look(parent.pid, child)[1] < MIB


# --- what is listed and what is counted is not of the same moment ---------------------------------------------------

PARENT, CHILD_ID = (30, 0.0), (40, 0.0)


class Counters:
    """PROC/PID/io of two processes, as they are when they are read."""

    def __init__(self, proc: Path) -> None:
        self.roots = Roots(proc=str(proc))
        self.proc = proc

    def set(self, pid: int, written: int | None) -> None:
        file = self.proc / f"{pid}/io"
        file.parent.mkdir(exist_ok=True)
        if written is None:
            file.unlink()
        else:
            file.write_bytes(CONTENT.replace(b"8192", str(written).encode()))


def movement(alive: set[Identity], ran: set[Identity], reaped_by: dict[Identity, Identity] | None = None) -> Movement:
    reaped_by, gone = reaped_by or {}, {PARENT, CHILD_ID} - alive
    return Movement(
        seconds=1.0,
        cpu_seconds=dict.fromkeys(ran, 0.1),
        children_cpu_seconds={},
        alive=alive,
        born=set(),
        gone=gone,
        pending=gone - reaped_by.keys(),
        reaped_by=reaped_by,
    )


def test_a_child_that_is_waited_for_between_its_listing_and_the_counters_counts_once_in_all(tmp_path: Path):
    counters, disk = Counters(tmp_path), DiskTraffic()
    both = {PARENT, CHILD_ID}
    counters.set(30, 1000)
    counters.set(40, 5000)
    disk.update(counters.roots, movement(both, both))
    # It was listed, and ended then: the parent's counters have its 5,000 and its last 200.
    counters.set(30, 1000 + 5200)
    counters.set(40, None)
    written = [disk.update(counters.roots, movement(both, both))]
    written.append(disk.update(counters.roots, movement({PARENT}, {PARENT}, {CHILD_ID: PARENT})))
    counters.set(30, 1000 + 5200 + 7000)
    written.append(disk.update(counters.roots, movement({PARENT}, {PARENT})))
    assert sum(each[PARENT][1] for each in written if PARENT in each) == 200 + 7000


def test_a_child_whose_end_shows_in_the_parents_times_a_look_later_counts_once_in_all(tmp_path: Path):
    counters, disk = Counters(tmp_path), DiskTraffic()
    both = {PARENT, CHILD_ID}
    counters.set(30, 1000)
    counters.set(40, 5000)
    disk.update(counters.roots, movement(both, both))
    # Gone from the listing, in the parent's counters, and not yet known to be waited for.
    counters.set(30, 1000 + 5200)
    written = [disk.update(counters.roots, movement({PARENT}, {PARENT}))]
    counters.set(30, 1000 + 5200 + 7000)
    written.append(disk.update(counters.roots, movement({PARENT}, {PARENT}, {CHILD_ID: PARENT})))
    assert sum(each[PARENT][1] for each in written if PARENT in each) == 200 + 7000


@needs_root
def test_of_another_user_nothing_is_told_and_it_is_known_to_be_refused():
    """The follower runs as nobody, in a process of its own; it asks of this one."""
    code = (
        "import ctypes, os\n"
        "from zeropoint.ledger.accounts import Accounts\n"
        "from zeropoint.ledger.disk_io import NO_PERMISSION, DiskTraffic\n"
        "from zeropoint.processes import ProcessTable\n"
        "from zeropoint.probe import Roots\n"
        f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        "ctypes.CDLL(None).prctl(4, 1)  # as after exec: what it has is its own user's\n"
        "now = 1.0\n"
        "table, accounts, disk = ProcessTable(clock=lambda: now), Accounts(), DiskTraffic()\n"
        "accounts.update(table.look(Roots()), 0.0)\n"
        "now = 2.0\n"
        "traffic = disk.update(Roots(), accounts.update(table.look(Roots()), 0.0))\n"
        "refused = {pid for pid, _ in disk.refused}\n"
        "print('ready', flush=True)\n"
        "print(os.getppid() in refused, os.getpid() in refused, disk.reason == NO_PERMISSION, flush=True)\n"
        "input()\n"
    )
    with python(code) as other:
        assert other.line() == "True False True"
