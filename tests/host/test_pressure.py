from pathlib import Path

import pytest

from tests.host.trees import changed, missing_of, recorded, report_of
from zeropoint.host.pressure import CpuPressure, DiskPressure, MemoryPressure, parse_pressure
from zeropoint.probe import NEEDS_TWO_READINGS, Absent

IO = b"some avg10=1.70 avg60=1.16 avg300=0.96 total=3000000\nfull avg10=1.10 avg60=0.84 avg300=0.65 total=1500000\n"


def test_both_lines_are_parsed():
    lines = parse_pressure(IO)
    assert lines.keys() == {"some", "full"}
    assert (lines["full"].avg10, lines["full"].avg60, lines["full"].avg300) == (1.10, 0.84, 0.65)
    assert lines["some"].stalled_seconds == 3.0


def test_the_share_of_the_interval_comes_from_the_growth_of_the_total(tmp_path: Path):
    probe = DiskPressure()
    missing = missing_of(probe, changed("golden", tmp_path, {"proc/pressure/io": IO}), 10.0)
    assert missing == {"some.now_percent": NEEDS_TWO_READINGS, "full.now_percent": NEEDS_TWO_READINGS}
    later = IO.replace(b"3000000", b"3500000").replace(b"1500000", b"1700000")
    report = report_of(probe, changed("golden", tmp_path, {"proc/pressure/io": later}), 12.0)
    assert report.some.now_percent == pytest.approx(25.0)
    assert report.full.now_percent == pytest.approx(10.0)
    assert report.some.avg60_percent == 1.16
    assert report.some.stalled_seconds_total == 3.5


def test_a_stall_is_never_longer_than_the_interval(tmp_path: Path):
    probe = DiskPressure()
    report_of(probe, changed("golden", tmp_path, {"proc/pressure/io": IO}), 10.0)
    later = IO.replace(b"3000000", b"4000123")
    assert report_of(probe, changed("golden", tmp_path, {"proc/pressure/io": later}), 11.0).some.now_percent == 100.0


def test_a_kernel_without_psi_is_told():
    for kind in (CpuPressure, MemoryPressure, DiskPressure):
        assert kind().read(recorded("no_psi"), 0.0) == Absent("this kernel has no pressure stall information")


def test_an_older_kernel_has_no_full_line_of_cpu():
    probe = CpuPressure()
    report = report_of(probe, recorded("container_v1"))
    assert report.some is not None and report.full is None
    assert missing_of(probe, recorded("container_v1"), 1.0) == {"full": "this kernel doesn't tell `full` of cpu"}
