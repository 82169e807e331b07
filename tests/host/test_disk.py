from pathlib import Path

import pytest

from tests.host.trees import changed, missing_of, recorded, report_of
from zeropoint.host.disk import Disk, parse_diskstats
from zeropoint.probe import NEEDS_TWO_READINGS, Absent

LINE = b" 254       0 vda 109876 24752 3533450 16304 13181 39393 4278280 8217 0 9352 24888 4127 36 109496 312 1450 53\n"


def test_a_line_is_parsed():
    assert parse_diskstats(LINE) == {"vda": (109876, 3533450, 16304, 13181, 4278280, 8217, 9352)}


def test_lines_of_old_partitions_and_of_unused_devices_are_passed_over():
    content = b"   8    1 sda1 10 20 30 40\n   7    0 loop0 0 0 0 0 0 0 0 0 0 0 0\n" + LINE
    assert parse_diskstats(content).keys() == {"vda"}


@pytest.mark.parametrize(
    ("machine", "names"),
    [
        # Partitions, the logical volume on sda and the loop device are what the disks do already.
        ("golden", ["sda", "nvme0n1"]),
        # A name with a slash; no path of a multipath device, no zram, no md, no unconnected nbd.
        ("hostile", ["nvme0n1", "cciss/c0d0"]),
        ("vm_hybrid", ["vda"]),
        # An empty drive.
        ("no_psi", ["sda"]),
    ],
)
def test_whole_devices_that_do_something_are_told(machine: str, names: list[str]):
    assert [row.name for row in report_of(Disk(), recorded(machine)).devices] == names


def test_totals_are_of_all_devices():
    report = report_of(Disk(), recorded("golden"))
    assert report.read_bytes_total == (613_533_450 + 813_533_450) * 512
    assert report.write_bytes_total == (814_278_280 + 914_278_280) * 512


def test_rates_latencies_and_busy_share_are_those_of_the_interval():
    probe = Disk()
    assert missing_of(probe, recorded("hotplug/t0"), 10.0)["read_bytes_per_second"] == NEEDS_TWO_READINGS
    report = report_of(probe, recorded("hotplug/t1"), 12.0)
    sda = report.devices[0]
    assert sda.name == "sda"
    assert sda.reads_per_second == 50.0
    assert sda.writes_per_second == 100.0
    assert sda.read_bytes_per_second == 10_000 * 512 / 2
    assert sda.write_bytes_per_second == 20_000 * 512 / 2
    assert sda.read_latency_seconds == pytest.approx(200 / 100 / 1000)
    assert sda.write_latency_seconds == pytest.approx(400 / 200 / 1000)
    assert sda.busy_percent == 50.0
    assert sda.busy_seconds_total == 7.0
    assert report.busy_percent == 50.0


def test_disks_are_plugged_in_and_out():
    probe = Disk()
    before = report_of(probe, recorded("hotplug/t0"), 10.0)
    reading = probe.read(recorded("hotplug/t1"), 12.0)
    report = reading.report
    assert [row.name for row in before.devices] == ["sda", "sdb"]
    assert [row.name for row in report.devices] == ["sda", "sdc"]
    assert report.devices[1].reads_per_second is None
    assert reading.missing["devices[1].reads_per_second"] == NEEDS_TWO_READINGS
    # The rates of the machine are sda's; the counts of sdb, which is gone, stay.
    assert report.reads_per_second == 50.0
    assert before.read_bytes_total == (80_000 + 160_000) * 512
    assert report.read_bytes_total == (90_000 + 160_000 + 4_000) * 512


def test_an_idle_disk_has_no_latency():
    probe = Disk()
    probe.read(recorded("golden"), 1.0)
    reading = probe.read(recorded("golden"), 2.0)
    assert reading.report.devices[0].reads_per_second == 0.0
    assert reading.missing["devices[0].read_latency_seconds"] == "no read ended in the interval"


def test_milliseconds_of_32_bits_wrap(tmp_path: Path):
    line = " 8 0 sda 100 0 800 4294967000 0 0 0 0 0 4294967100 0\n"
    later = " 8 0 sda 110 0 880 204 0 0 0 0 0 304 0\n"
    probe = Disk()
    probe.read(changed("golden", tmp_path, {"proc/diskstats": line}), 1.0)
    (sda,) = report_of(probe, changed("golden", tmp_path, {"proc/diskstats": later}), 2.0).devices
    assert sda.read_latency_seconds == pytest.approx(0.05)
    assert sda.busy_percent == 50.0


def test_a_machine_without_disks_is_told(tmp_path: Path):
    nothing = Absent("the machine has no block device of its own in use")
    assert Disk().read(changed("golden", tmp_path, {"proc/diskstats": ""}), 0.0) == nothing
    gone = changed("golden", tmp_path, {"proc/diskstats": None})
    assert Disk().read(gone, 0.0) == Absent("this kernel has no /proc/diskstats")
