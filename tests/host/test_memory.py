import mmap
from pathlib import Path

import pytest

from tests.host.trees import changed, missing_of, recorded, report_of
from zeropoint.host.memory import Memory, parse_meminfo, parse_vmstat
from zeropoint.probe import NEEDS_TWO_READINGS

GIB = 1024**3


def test_meminfo_is_a_table_of_which_some_rows_are_read_in_bytes():
    content = b"MemTotal:       24684096 kB\nHugePages_Total:       3\nSwapCached: 5 kB\nCached:    25165824 kB\n"
    assert parse_meminfo(content) == {b"MemTotal": 24684096 * 1024, b"Cached": 24 * GIB}


def test_vmstat_is_a_table_of_which_a_few_rows_are_read():
    content = b"pswpin 0\npgfault 9\npgmajfault 1214\nxoom_kill 3\noom_kill_not 4\n"
    assert parse_vmstat(content) == {b"pswpin": 0, b"pgmajfault": 1214}


def test_used_is_total_less_available():
    report = report_of(Memory(), recorded("golden"))
    assert report.total_bytes == 64 * GIB
    assert report.available_bytes == 41 * GIB
    assert report.used_bytes == 23 * GIB
    assert report.usage_percent == pytest.approx(100 * 23 / 64)
    assert report.free_bytes == 9 * GIB
    assert report.cached_bytes == 30 * GIB + 1_870_000 * 1024
    assert report.buffers_bytes == 812_340 * 1024
    assert report.shared_bytes == 412_000 * 1024
    assert report.dirty_bytes == 18_776 * 1024
    assert report.committed_bytes == 38_812_340 * 1024
    assert report.major_faults_total == 181_214
    assert report.oom_kills_total == 1
    assert report.swap.total_bytes == 8 * GIB
    assert report.swap.used_bytes == 1 * GIB
    assert report.swap.usage_percent == 12.5
    assert report.swap.in_bytes_total == 88_120 * mmap.PAGESIZE


def test_rates_are_those_between_two_readings(tmp_path: Path):
    probe = Memory()
    missing = missing_of(probe, recorded("golden"), 5.0)
    assert missing["major_faults_per_second"] == missing["swap.in_bytes_per_second"] == NEEDS_TWO_READINGS
    later = "pswpin 88220\npswpout 291064\npgmajfault 181254\noom_kill 2\n"
    report = report_of(probe, changed("golden", tmp_path, {"proc/vmstat": later}), 7.0)
    assert report.major_faults_per_second == 20.0
    assert report.swap.in_bytes_per_second == 50.0 * mmap.PAGESIZE
    assert report.swap.out_bytes_per_second == 10.0 * mmap.PAGESIZE
    assert report.oom_kills_total == 2


def test_a_machine_without_swap_has_no_share_of_it():
    reading = Memory().read(recorded("vm_hybrid"), 0.0)
    assert reading.report.swap.total_bytes == reading.report.swap.used_bytes == reading.report.swap.free_bytes == 0
    assert reading.report.swap.usage_percent is None
    assert reading.missing["swap.usage_percent"] == "there is no swap space"


def test_a_kernel_without_an_estimate_of_available_memory_gets_none_made_up():
    reading = Memory().read(recorded("no_psi"), 0.0)
    for field in ("available_bytes", "used_bytes", "usage_percent"):
        assert getattr(reading.report, field) is None
        assert reading.missing[field] == "this kernel doesn't tell MemAvailable"
    assert reading.report.free_bytes == 2 * GIB
    assert reading.missing["oom_kills_total"] == "this kernel doesn't tell oom_kill"


def test_more_available_than_there_is_makes_no_negative_use(tmp_path: Path):
    content = "MemTotal: 100 kB\nMemFree: 50 kB\nMemAvailable: 200 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n"
    missing = missing_of(Memory(), changed("golden", tmp_path, {"proc/meminfo": content}))
    assert missing["used_bytes"] == "the kernel tells more available than there is"
