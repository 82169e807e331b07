from pathlib import Path

import pytest

from tests.host.trees import changed, missing_of, recorded, report_of
from zeropoint.host.platform import Platform, distribution_name, parse_os_release, parse_uptime
from zeropoint.probe import Absent


def test_uptime_is_the_first_number():
    assert parse_uptime(b"938412.71 7271533.20\n") == 938412.71


def test_os_release_is_quoted_as_in_a_shell():
    content = '# comment\n\nNAME=\'Rocky Linux\'\nVERSION_ID="9.4"\nPRETTY_NAME="a \\"b\\" \\$c"\nnonsense\nID=rocky\n'
    assert parse_os_release(content) == {
        "NAME": "Rocky Linux",
        "VERSION_ID": "9.4",
        "PRETTY_NAME": 'a "b" $c',
        "ID": "rocky",
    }


def test_a_distribution_has_its_pretty_name_or_the_parts_of_one():
    assert distribution_name({"PRETTY_NAME": "Debian 12", "NAME": "Debian"}) == "Debian 12"
    assert distribution_name({"NAME": "Alpine Linux", "VERSION_ID": "3.20"}) == "Alpine Linux 3.20"
    assert distribution_name({"ID": "x"}) == Absent("os-release gives no name")


def test_the_machine_is_told():
    report = report_of(Platform(), recorded("golden"))
    assert report.name == "gpubox"
    assert report.uptime_seconds == 938412.71
    assert report.boot_time == "2026-11-18T08:00:00.000Z"
    assert report.platform.system == "Linux"
    assert report.platform.release == "6.1.0-27-amd64"
    assert report.platform.machine == "x86_64"
    assert report.platform.distribution == "Debian GNU/Linux 12 (bookworm)"


def test_text_is_told_as_it_is():
    report = report_of(Platform(), recorded("hostile"))
    assert report.name == "<script>alert(1)</script>"
    assert report.platform.distribution == '<b>"Evil" $HOME</b>'


def test_the_uptime_is_read_each_time_and_the_names_after_a_minute(tmp_path: Path):
    probe = Platform()
    report_of(probe, changed("golden", tmp_path, {}), 0.0)
    later = changed("golden", tmp_path, {"etc/hostname": "renamed\n", "proc/uptime": "938442.71 1.0\n"})
    report = report_of(probe, later, 30.0)
    assert (report.name, report.uptime_seconds) == ("gpubox", 938442.71)
    assert report_of(probe, later, 60.0).name == "renamed"


def test_the_name_of_another_tree_is_that_of_its_root(tmp_path: Path):
    """The kernel's file has the name of the reader's namespace: in a container, the container's."""
    roots = changed("golden", tmp_path, {"proc/sys/kernel/hostname": "container\n"})
    assert report_of(Platform(), roots).name == "gpubox"
    roots = changed("golden", tmp_path, {"etc/hostname": None})
    assert report_of(Platform(), roots).name == "gpubox"


def test_an_absolute_link_to_os_release_stays_in_the_tree(tmp_path: Path):
    roots = changed("golden", tmp_path, {"etc/os-release": None, "usr/lib/os-release": "PRETTY_NAME=inside\n"})
    (Path(roots.root) / "etc/os-release").symlink_to("/usr/lib/os-release")
    assert report_of(Platform(), roots).platform.distribution == "inside"


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "there is no os-release file"), ("\0=\n", "os-release gives no name")]
)
def test_a_missing_or_broken_os_release_costs_the_distribution_alone(content: str | None, reason: str, tmp_path: Path):
    roots = changed("golden", tmp_path, {"etc/os-release": content})
    assert missing_of(Platform(), roots) == {"platform.distribution": reason}
