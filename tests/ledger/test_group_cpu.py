"""What came and went in a control group: a real one where it can be made, and trees in the kernel's form."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.ledger.facts import Facts
from zeropoint.ledger.group_cpu import GroupCpu, GroupPath, group_path
from zeropoint.ledger.placement import Placement, place_of
from zeropoint.ledger.probe import LedgerProbe
from zeropoint.probe import Reading, Roots
from zeropoint.processes import ProcessTable

UNIT = Placement("unit", "web.service", "web.service")
# Nobody waits for its children: their time is added to nobody's.
LEAVES_CHILDREN = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        while time.process_time() < 0.004: pass
        os._exit(0)
    time.sleep(0.01)
"""


def unified(folder: Path, usage_usec: int) -> Roots:
    group = folder / "fs/cgroup/system.slice/web.service"
    group.mkdir(parents=True, exist_ok=True)
    (group / "cpu.stat").write_text(f"usage_usec {usage_usec}\nuser_usec 1\nsystem_usec 2\n")
    return Roots(sys=str(folder))


def test_the_group_of_a_placement_is_that_which_it_names_not_one_below():
    content = b"0::/system.slice/web.service/workers\n"
    assert group_path(content, UNIT) == GroupPath("/system.slice/web.service", is_unified=True)
    both = b"9:name=systemd:/system.slice/web.service\n3:cpu,cpuacct:/system.slice/web.service\n0::/\n"
    assert group_path(both, UNIT) == GroupPath("/system.slice/web.service", is_unified=False)
    assert group_path(b"0::/../../web.service\n", UNIT) is None
    assert group_path(b"", UNIT) is None


@given(st.binary())
def test_any_content_is_borne(content: bytes):
    group_path(content, place_of(content) or UNIT)


def test_what_its_processes_do_not_explain_is_told_once_and_rounding_is_made_up_for(tmp_path: Path):
    groups = {UNIT: GroupPath("/system.slice/web.service", is_unified=True)}
    cpu = GroupCpu()
    assert cpu.left(unified(tmp_path, 5_000_000), groups, {UNIT: 3.0}) == {}
    assert cpu.left(unified(tmp_path, 6_000_000), groups, {UNIT: 0.4}) == {UNIT: pytest.approx(0.6)}
    # Charged before the counter told: what comes after makes up for it.
    assert cpu.left(unified(tmp_path, 6_500_000), groups, {UNIT: 0.6}) == {}
    assert cpu.left(unified(tmp_path, 7_000_000), groups, {UNIT: 0.4}) == {}
    assert cpu.left(unified(tmp_path, 7_500_000), groups, {UNIT: 0.4}) == {UNIT: pytest.approx(0.1)}


def test_a_group_whose_time_is_not_told_has_nothing_left(tmp_path: Path):
    groups = {UNIT: GroupPath("/gone.service", is_unified=True)}
    assert GroupCpu().left(unified(tmp_path, 1), groups, {UNIT: 1.0}) == {}


@pytest.fixture
def service() -> Iterator[Path]:
    """A control group with the name of a unit, of our own."""
    for place in ("/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup"):
        group = Path(place, f"zeropoint-test-{os.getpid()}.service")
        with suppress(OSError):
            group.mkdir()
            if any((group / file).exists() for file in ("cpuacct.usage", "cpu.stat")):
                yield group
                for _ in range(50):  # until its last process is buried
                    with suppress(OSError):
                        group.rmdir()
                        return
                    time.sleep(0.1)
                return
            group.rmdir()
    pytest.skip("it takes root and a writable hierarchy with CPU time to make a control group")


def test_who_comes_and_goes_without_that_anybody_waits_is_charged_to_the_group(service: Path):
    usage_file = next(service / file for file in ("cpuacct.usage", "cpu.stat") if (service / file).exists())

    def usage_seconds() -> float:
        words = usage_file.read_text().split()
        return int(words[0]) / 1e9 if len(words) == 1 else int(words[1]) / 1e6

    command = ["sh", "-c", f'echo $$ > {service}/cgroup.procs; exec "$0" -c "$1"', sys.executable, LEAVES_CHILDREN]
    probe = LedgerProbe(ProcessTable(), lambda roots, now: Facts())

    def row_seconds() -> float | None:
        """What the ledger says that the unit has used since the reading before; None before it is known."""
        time.sleep(1.0)
        reading = probe.read(Roots(), time.monotonic())
        assert isinstance(reading, Reading)
        ledger = reading.report
        rows = [one for one in ledger.workloads if one.id == f"unit:{service.name}"]
        return rows[0].cpu_percent / 100 * ledger.seconds if rows and rows[0].cpu_percent is not None else None

    with subprocess.Popen(command) as child:
        try:
            # First seen where its parent is, it is found in its group a few looks later; then the counter has a start.
            for _ in range(30):
                if (row_seconds() or 0.0) > 0.1:
                    break
            before, told = usage_seconds(), 0.0
            for _ in range(4):
                told += row_seconds() or 0.0
            used = usage_seconds() - before
        finally:
            child.kill()
    assert used > 0.2
    assert told == pytest.approx(used, rel=0.15)
