"""Memory by process: real ones that share pages, and what may not be read."""

import os
from pathlib import Path

from tests.ledger.programs import NOBODY, needs_root, python
from zeropoint.ledger.machine_memory import parse_machine_memory
from zeropoint.ledger.resident import Resident
from zeropoint.probe import Roots
from zeropoint.processes import Process, ProcessTable, Turnover

MIB = 1024**2
SIZE = 64 * MIB
# Two processes have the same pages, which both have touched.
SHARES = f"""
import mmap, os, sys
pages = mmap.mmap(-1, {SIZE})
for at in range(0, {SIZE}, 4096):
    pages[at] = 1
child = os.fork()
sum(pages[at] for at in range(0, {SIZE}, 4096))
if child:
    os.read(int(sys.argv[1]), 1)
    print("ready", flush=True); print(child, flush=True)
else:
    os.write(int(sys.argv[2]), b"x")
sys.stdin.read()
"""


def test_pages_that_two_share_count_half_for_each_by_pss_and_twice_by_rss():
    reader, writer = os.pipe()
    with python(SHARES, str(reader), str(writer), pass_fds=(reader, writer)) as parent:
        child = int(parent.line())
        listing = ProcessTable().look(Roots())
        two = {one.identity: one for one in (listing.by_pid[parent.pid], listing.by_pid[child])}
        resident = Resident(budget_seconds=10.0)
        unread = [resident.bytes_of(one) for one in two.values()]
        assert not any(is_share for _, is_share in unread)
        assert sum(amount for amount, _ in unread) >= 2 * SIZE
        resident.update(Roots(), Turnover(changed=[*two.values()]), 1.0)
        shares = [resident.bytes_of(one) for one in two.values()]
        assert all(is_share for _, is_share in shares)
        assert SIZE <= sum(amount for amount, _ in shares) < 1.5 * SIZE
    os.close(reader)
    os.close(writer)


@needs_root
def test_of_another_user_it_is_the_resident_memory_and_said_to_be():
    code = (
        "import ctypes, os\n"
        "from zeropoint.ledger.resident import Resident\n"
        "from zeropoint.processes import ProcessTable, Turnover\n"
        "from zeropoint.probe import Roots\n"
        f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        "ctypes.CDLL(None).prctl(4, 1)  # as after exec: what it has is its own user's\n"
        "listing, resident = ProcessTable().look(Roots()), Resident(budget_seconds=10.0)\n"
        "others, mine = listing.by_pid[os.getppid()], listing.by_pid[os.getpid()]\n"
        "resident.update(Roots(), Turnover(changed=(others, mine)), 1.0)\n"
        "print('ready', flush=True)\n"
        "print(resident.bytes_of(others) == (others.resident_bytes, False), resident.bytes_of(mine)[1], flush=True)\n"
    )
    with python(code) as other:
        assert other.line() == "True True"


def process(pid: int, resident_bytes: int) -> Process:
    return Process(pid, 1, "p", 0.0, 0.0, (), resident_bytes=resident_bytes)


def pss(folder: Path, pid: int, kib: int) -> Roots:
    (folder / str(pid)).mkdir(exist_ok=True)
    (folder / str(pid) / "smaps_rollup").write_text(f"0-1 ---p 0 00:00 0 [rollup]\nRss: 9 kB\nPss:     {kib} kB\n")
    return Roots(proc=str(folder))


def test_between_two_readings_the_share_follows_the_resident_memory(tmp_path: Path):
    resident = Resident()
    roots = pss(tmp_path, 30, 500)
    before = process(30, 1000 * 1024)
    resident.update(roots, Turnover(changed=[before]), 1.0)
    assert resident.bytes_of(before) == (500 * 1024, True)
    assert resident.bytes_of(process(30, 1050 * 1024)) == (525 * 1024, True)


def test_it_is_read_again_when_it_has_changed_or_after_a_while(tmp_path: Path):
    resident = Resident()
    pss(tmp_path, 30, 500)
    same, larger = process(30, 1000 * 1024), process(30, 2000 * 1024)
    resident.update(Roots(proc=str(tmp_path)), Turnover(changed=[same]), 1.0)
    roots = pss(tmp_path, 30, 1500)
    resident.update(roots, Turnover(), 2.0)
    assert resident.bytes_of(same) == (500 * 1024, True)
    resident.update(roots, Turnover(changed=[larger]), 3.0)
    assert resident.bytes_of(larger) == (1500 * 1024, True)
    roots = pss(tmp_path, 30, 1000)
    resident.update(roots, Turnover(), 500.0)
    assert resident.bytes_of(larger) == (1000 * 1024, True)


def test_the_largest_are_read_first_and_the_budget_holds(tmp_path: Path):
    resident = Resident(budget_seconds=1e-9)
    # Of the small ones the first: they have a budget of their own.
    processes = [process(30, 2 * MIB), process(31, 9 * MIB), process(32, 1000), process(33, 2000)]
    for one in processes:
        roots = pss(tmp_path, one.pid, 100)
    resident.update(roots, Turnover(changed=processes), 1.0)
    assert [resident.bytes_of(one)[1] for one in processes] == [False, True, True, False]


MEMINFO = b"""MemTotal: 1000 kB
MemFree: 100 kB
Buffers: 50 kB
Cached: 300 kB
Mapped: 120 kB
Shmem: 80 kB
Slab: 60 kB
KernelStack: 10 kB
PageTables: 20 kB
Percpu: 5 kB
"""


def test_memory_in_use_is_all_but_page_cache_that_nothing_maps():
    memory = parse_machine_memory(MEMINFO)
    assert memory is not None
    assert memory.used_bytes == (1000 - 100 - 50 - 300 + 120) * 1024
    assert memory.kernel_bytes == (60 + 10 + 20 + 5) * 1024
    assert parse_machine_memory(MEMINFO.replace(b"Slab", b"Other")) is None
    tmpfs = parse_machine_memory(MEMINFO.replace(b"Shmem: 80", b"Shmem: 250"))
    assert tmpfs is not None
    assert tmpfs.used_bytes == (1000 - 100 - 50 - 300 + 250) * 1024
