"""Power of the processors, on trees as the kernel's powercap lays them out."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ledger.programs import NOBODY, needs_root
from zeropoint.ledger.rapl import NO_PERMISSION, NONE, ProcessorPower
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Roots

RANGE = 262_143_328_850


class Counters:
    """SYS/class/powercap of a machine; domains are links to devices there, and here too."""

    def __init__(self, sys: Path) -> None:
        self.sys = sys
        self.roots = Roots(sys=str(sys))

    def set(self, domain: str, name: str, microjoules: int) -> None:
        device = self.sys / "devices/virtual/powercap/intel-rapl" / domain
        device.mkdir(parents=True, exist_ok=True)
        (device / "name").write_text(f"{name}\n")
        (device / "energy_uj").write_text(f"{microjoules}\n")
        (device / "max_energy_range_uj").write_text(f"{RANGE}\n")
        link = self.sys / "class/powercap" / domain
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(device)

    def take(self, domain: str) -> None:
        (self.sys / "class/powercap" / domain).unlink()


@pytest.fixture
def counters(tmp_path: Path) -> Counters:
    (tmp_path / "class/powercap/intel-rapl").mkdir(parents=True)
    return Counters(tmp_path)


def test_two_packages_and_their_memory_count_and_parts_of_them_do_not(counters: Counters):
    power = ProcessorPower()
    for second in (0, 1):
        counters.set("intel-rapl:0", "package-0", 1_000_000 + 90_000_000 * second)
        counters.set("intel-rapl:0:0", "core", 500 + 70_000_000 * second)
        counters.set("intel-rapl:0:1", "dram", 700 + 10_000_000 * second)
        counters.set("intel-rapl:1", "package-1", 60_000_000 * second)
        counters.set("intel-rapl:2", "psys", 300_000_000 * second)
        counters.set("intel-rapl-mmio:0", "package-0", 90_000_000 * second)
        watts = power.watts(counters.roots, 10.0 + 2 * second)
        if not second:
            assert watts == Absent(NEEDS_TWO_READINGS)
    assert watts == pytest.approx((90 + 10 + 60) / 2)


def test_a_counter_that_starts_again_after_its_range_loses_nothing(counters: Counters):
    power = ProcessorPower()
    counters.set("intel-rapl:0", "package-0", RANGE - 30_000_000)
    power.watts(counters.roots, 10.0)
    counters.set("intel-rapl:0", "package-0", 20_000_000 - 1)
    assert power.watts(counters.roots, 11.0) == pytest.approx(50.0)


def test_a_package_that_comes_or_goes_makes_no_jump(counters: Counters):
    power = ProcessorPower()
    counters.set("intel-rapl:0", "package-0", 0)
    power.watts(counters.roots, 10.0)
    counters.set("intel-rapl:1", "package-1", 5_000_000_000)
    assert power.watts(counters.roots, 11.0) == Absent(NEEDS_TWO_READINGS)
    counters.take("intel-rapl:1")
    assert power.watts(counters.roots, 12.0) == Absent(NEEDS_TWO_READINGS)
    counters.set("intel-rapl:0", "package-0", 8_000_000)
    assert power.watts(counters.roots, 13.0) == pytest.approx(8.0)


def test_a_machine_without_counters_says_so(tmp_path: Path, counters: Counters):
    assert ProcessorPower().watts(Roots(sys=str(tmp_path / "nothing")), 1.0) == NONE
    assert ProcessorPower().watts(counters.roots, 1.0) == NONE
    counters.set("intel-rapl:0", "package-0", 0)
    (counters.sys / "class/powercap/intel-rapl:0/energy_uj").write_text("not a number\n")
    assert ProcessorPower().watts(counters.roots, 1.0) == NONE


@needs_root
def test_who_may_not_read_them_is_told_what_it_takes(counters: Counters):
    counters.set("intel-rapl:0", "package-0", 0)
    energy = counters.sys / "class/powercap/intel-rapl:0/energy_uj"
    energy.chmod(0o400)  # as the kernel has it
    for folder in (counters.sys, *counters.sys.parents):
        if folder.stat().st_uid == 0 and folder.name.startswith(("pytest", "test_", "popen")):
            folder.chmod(0o755)
    code = (
        "import os, sys; from zeropoint.ledger.rapl import ProcessorPower; from zeropoint.probe import Roots\n"
        f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        "print(ProcessorPower().watts(Roots(sys=sys.argv[1]), 1.0).reason)"
    )
    told = subprocess.run([sys.executable, "-c", code, counters.roots.sys], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == NO_PERMISSION.reason
