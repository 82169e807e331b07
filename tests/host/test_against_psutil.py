"""This machine, by our parsers and by psutil's, which share no code."""

import time
from datetime import datetime

import psutil
import pytest

from tests.host.trees import report_of
from zeropoint.host.cpu import Cpu
from zeropoint.host.disk import Disk
from zeropoint.host.filesystems import Filesystems
from zeropoint.host.memory import Memory
from zeropoint.host.network import Network
from zeropoint.host.platform import Platform
from zeropoint.host.processes import Processes
from zeropoint.probe import Roots

MIB = 1024**2


def test_cores_and_loads():
    report = report_of(Cpu(), Roots())
    assert report.count_logical == psutil.cpu_count()
    assert report.count_physical == psutil.cpu_count(logical=False)
    # The kernel computes them anew every 5 s.
    assert report.load_1m == pytest.approx(psutil.getloadavg()[0], abs=1.0)


def test_cpu_times():
    ours, theirs = report_of(Cpu(), Roots()).times_seconds, psutil.cpu_times()
    cores = psutil.cpu_count() or 1
    for part in ("user", "nice", "system", "idle", "irq", "softirq", "steal"):
        # Read within a second of each other. psutil takes the guests' time out of user and nice.
        guests = {"user": theirs.guest, "nice": theirs.guest_nice}.get(part, 0.0)
        assert getattr(ours, f"{part}_seconds_total") == pytest.approx(getattr(theirs, part) + guests, abs=1.0 * cores)


def test_memory_and_swap():
    report = report_of(Memory(), Roots())
    theirs = psutil.virtual_memory()
    assert report.total_bytes == theirs.total
    # Other programs allocate meanwhile.
    assert report.available_bytes == pytest.approx(theirs.available, abs=256 * MIB)
    assert report.cached_bytes == pytest.approx(theirs.cached, abs=256 * MIB)
    swap = psutil.swap_memory()
    assert report.swap.total_bytes == swap.total
    assert report.swap.used_bytes == pytest.approx(swap.used, abs=64 * MIB)
    assert report.swap.in_bytes_total == pytest.approx(swap.sin, abs=64 * MIB)


def test_the_root_file_system():
    report, usage = report_of(Filesystems(), Roots()), psutil.disk_usage("/")
    assert report.total_bytes == usage.total
    assert report.used_bytes == pytest.approx(usage.used, abs=256 * MIB)
    assert report.free_bytes == pytest.approx(usage.free, abs=256 * MIB)
    # psutil rounds to a tenth.
    assert report.usage_percent == pytest.approx(usage.percent, abs=0.5)


def test_disks():
    theirs = psutil.disk_io_counters(perdisk=True)
    for row in report_of(Disk(), Roots()).devices or []:
        assert row.reads_total <= theirs[row.name].read_count
        assert row.read_bytes_total == pytest.approx(theirs[row.name].read_bytes, abs=64 * MIB)
        assert row.write_bytes_total == pytest.approx(theirs[row.name].write_bytes, abs=64 * MIB)


def test_interfaces():
    ours = {row.name: row for row in report_of(Network(), Roots()).interfaces}
    theirs = psutil.net_io_counters(pernic=True, nowrap=False)
    assert ours.keys() == theirs.keys()
    for name, row in ours.items():
        # Traffic goes on between the two readings.
        assert row.bytes_sent_total <= theirs[name].bytes_sent
        assert row.bytes_sent_total == pytest.approx(theirs[name].bytes_sent, abs=16 * MIB)
        assert row.bytes_received_total == pytest.approx(theirs[name].bytes_recv, abs=16 * MIB)
        assert row.errors_received_total == theirs[name].errin
        assert row.drops_sent_total == theirs[name].dropout


def test_boot_time_and_uptime():
    report = report_of(Platform(), Roots())
    assert datetime.fromisoformat(report.boot_time).timestamp() == pytest.approx(psutil.boot_time(), abs=1.0)
    assert report.uptime_seconds == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=1.0)


def test_processes():
    # Processes come and go meanwhile.
    assert report_of(Processes(), Roots()).process_count == pytest.approx(len(psutil.pids()), abs=20)
