"""The probes for macOS and Windows, read on this machine: psutil works on Linux too."""

import subprocess
import sys
import time

import psutil
import pytest

from zeropoint.host.portable import PROBES
from zeropoint.host.psutil_cpu import PortableCpu, busy, by_mode, shares
from zeropoint.host.psutil_disk import PortableDisk
from zeropoint.host.psutil_host import PortableHost
from zeropoint.host.psutil_memory import PortableMemory
from zeropoint.host.psutil_network import PortableNetwork, is_loopback
from zeropoint.model import Cpu, Disk, Host, Memory, Network, Section
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Probe, Roots


def nulls_without_reason(section: Section, missing: dict[str, str], at: str = "") -> list[str]:
    found: list[str] = []
    for name in section.__struct_fields__:
        value, path = getattr(section, name), f"{at}{name}"
        if path in missing:
            continue
        if value is None:
            found.append(path)
        elif isinstance(value, Section):
            found += nulls_without_reason(value, missing, f"{path}.")
        elif isinstance(value, list):
            for row, item in enumerate(value):
                if isinstance(item, Section):
                    found += nulls_without_reason(item, missing, f"{path}[{row}].")
                elif item is None and f"{path}[{row}]" not in missing:
                    found.append(f"{path}[{row}]")
    return found


@pytest.mark.parametrize("kind", PROBES, ids=lambda kind: kind.__name__)
def test_every_null_has_a_reason_in_the_first_reading_and_in_later_ones(kind: type[Probe]) -> None:
    probe = kind()
    for now in (100.0, 101.0):
        reading = probe.read(Roots(), now)
        if isinstance(reading, Absent):
            assert reading.reason
            continue
        for report in reading.report if not isinstance(reading.report, Section) else [reading.report]:
            assert nulls_without_reason(report, dict(reading.missing)) == []


def test_cpu_times_of_an_interval_sum_to_all_of_it() -> None:
    probe = PortableCpu()
    first = probe.read(Roots(), 100.0)
    assert first.missing["usage_percent"] == first.missing["times_percent"] == NEEDS_TWO_READINGS
    busy_until = time.process_time() + 0.05
    while time.process_time() < busy_until:
        pass
    cpu = probe.read(Roots(), 101.0).report
    assert isinstance(cpu, Cpu)
    assert cpu.usage_percent is not None
    assert 0 < cpu.usage_percent <= 100
    assert cpu.times_percent is not None
    assert sum(getattr(cpu.times_percent, mode) or 0 for mode in cpu.times_percent.__struct_fields__) == pytest.approx(
        100
    )
    assert cpu.count_logical == psutil.cpu_count() == len(cpu.per_core_percent or [])
    assert cpu.load_1m is not None


def test_memory_in_use_is_total_less_available() -> None:
    memory = PortableMemory().read(Roots(), 100.0).report
    assert isinstance(memory, Memory)
    assert memory.total_bytes == psutil.virtual_memory().total
    assert memory.used_bytes is not None
    assert memory.available_bytes is not None
    assert memory.used_bytes + memory.available_bytes == memory.total_bytes


def test_rates_follow_from_two_readings() -> None:
    disk, network = PortableDisk(), PortableNetwork()
    first = [probe.read(Roots(), 100.0).report for probe in (disk, network)]
    second = [probe.read(Roots(), 102.0).report for probe in (disk, network)]
    assert isinstance(first[0], Disk)
    assert isinstance(second[0], Disk)
    if second[0].write_bytes_total is not None and first[0].write_bytes_total is not None:
        grown = second[0].write_bytes_total - first[0].write_bytes_total
        assert second[0].write_bytes_per_second == pytest.approx(grown / 2)
    assert isinstance(first[1], Network)
    assert isinstance(second[1], Network)
    assert first[1].bytes_sent_per_second is None
    assert second[1].bytes_sent_per_second is not None


def test_network_totals_leave_loopback_out() -> None:
    network = PortableNetwork().read(Roots(), 100.0).report
    assert isinstance(network, Network)
    outer = [nic for nic in network.interfaces or [] if not is_loopback(nic.name, psutil.net_if_stats().get(nic.name))]
    assert len(outer) < len(network.interfaces or [])
    assert network.packets_sent_total == sum(nic.packets_sent_total or 0 for nic in outer)


def test_the_root_file_system_has_a_size() -> None:
    disk = PortableDisk().read(Roots(), 100.0).report
    assert isinstance(disk, Disk)
    assert disk.total_bytes == psutil.disk_usage("/").total


def test_the_host_tells_its_age() -> None:
    host = PortableHost().read(Roots(), 100.0).report
    assert isinstance(host, Host)
    assert host.uptime_seconds == pytest.approx(time.time() - psutil.boot_time(), abs=5)
    assert host.process_count is not None
    assert host.process_count > 0


def test_windows_counts_interrupts_within_kernel_time() -> None:
    times = {"user": 10.0, "system": 8.0, "idle": 80.0, "interrupt": 1.0, "dpc": 2.0}
    assert by_mode(times, windows=True) == {"user": 10.0, "system": 5.0, "idle": 80.0, "irq": 1.0, "softirq": 2.0}


def test_waiting_for_disks_is_not_busy() -> None:
    assert busy(shares({"user": 0.0, "idle": 0.0, "iowait": 0.0}, {"user": 1.0, "idle": 2.0, "iowait": 1.0})) == 25.0


def test_a_counter_that_steps_back_is_no_time() -> None:
    assert shares({"user": 5.0, "idle": 5.0}, {"user": 6.0, "idle": 4.9}) == {"user": 100.0, "idle": 0.0}
    assert isinstance(shares({"user": 5.0}, {"user": 5.0}), Absent)


def test_imports_where_psutil_lacks_what_it_has_on_some_systems_only() -> None:
    """In a process of its own, whose psutil has lost what macOS or Windows do not have."""
    code = """
import psutil
for name in ("sensors_temperatures", "sensors_fans", "sensors_battery", "cpu_freq", "getloadavg"):
    delattr(psutil, name)
from zeropoint.host.portable import PROBES
from zeropoint.probe import Reading, Roots
readings = {kind.name: kind().read(Roots(), 1.0) for kind in PROBES}
assert readings["sensors"].report.temperatures is None and "temperatures" in readings["sensors"].missing
assert readings["cpu"].report.frequency_hz is None and "frequency_hz" in readings["cpu"].missing
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
