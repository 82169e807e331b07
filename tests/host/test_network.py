from pathlib import Path

import pytest

from tests.host.trees import changed, missing_of, recorded, report_of
from zeropoint.host.interfaces import Link, counted, is_up, speed
from zeropoint.host.network import Network, parse_dev, parse_tcp
from zeropoint.probe import NEEDS_TWO_READINGS, Absent

HEAD = b"Inter-|   Receive  |  Transmit\n face |bytes packets errs drop fifo frame compressed multicast|bytes ...\n"


def link(*, hardware: bool, master: str | None = None) -> Link:
    return Link(up=True, speed_bits_per_second=1e9, hardware=hardware, master=master)


def test_lines_are_parsed_with_and_without_a_space_after_the_colon():
    content = HEAD + b"  eth0: 1 2 3 4 0 0 0 9 5 6 7 8 0 0 0 0\n wlan0:4294960000 2 3 4 0 0 0 9 5 6 7 8 0 0 0 0\n"
    assert parse_dev(content) == {"eth0": (1, 2, 3, 4, 5, 6, 7, 8), "wlan0": (4294960000, 2, 3, 4, 5, 6, 7, 8)}


def test_names_that_are_no_text_stay_apart():
    content = HEAD + b"\xe9: 1 2 3 4 0 0 0 9 5 6 7 8 0 0 0 0\n\xe8: 1 2 3 4 0 0 0 9 5 6 7 8 0 0 0 0\n"
    assert list(parse_dev(content)) == ["\\xe9", "\\xe8"]


def test_tcp_is_parsed_by_name():
    content = b"Ip: Forwarding\nIp: 1\nTcp: MaxConn CurrEstab RetransSegs\nTcp: -1 41 88214\n"
    assert parse_tcp(content) == {b"MaxConn": -1, b"CurrEstab": 41, b"RetransSegs": 88214}


def test_totals_leave_out_loopback_and_what_passes_the_card_again():
    report = report_of(Network(), recorded("golden"))
    assert [row.name for row in report.interfaces] == ["lo", "eno1", "eno2", "docker0", "veth77ac0e1"]
    assert report.bytes_received_total == 2_810_633_170_551
    assert report.bytes_sent_total == 941_694_534_210
    assert report.packets_received_total == 2_130_218_771
    assert report.drops_total == 1841
    assert report.tcp_connections == 41
    assert report.tcp_retransmits_total == 88_214


@pytest.mark.parametrize(
    ("links", "edges"),
    [
        pytest.param({"lo": link(hardware=False)}, set(), id="only loopback"),
        pytest.param({"lo": link(hardware=False), "eth0": link(hardware=False)}, {"eth0"}, id="container"),
        pytest.param(
            {"bond0": link(hardware=False), "a": link(hardware=True, master="bond0"), "b": link(hardware=True)},
            {"a", "b"},
            id="bond",
        ),
        pytest.param(
            {"eth0": link(hardware=True), "enP1s1": link(hardware=True, master="eth0")}, {"eth0"}, id="virtual function"
        ),
        pytest.param({"wlan0": link(hardware=True), "wg0": link(hardware=False)}, {"wlan0"}, id="tunnel"),
    ],
)
def test_a_packet_counts_once(links: dict[str, Link], edges: set[str]):
    assert counted(links, links) == edges


def test_rates_are_those_between_two_readings_and_gone_interfaces_stay_in_the_totals():
    probe = Network()
    before = report_of(probe, recorded("hotplug/t0"), 10.0)
    report = report_of(probe, recorded("hotplug/t1"), 12.0)
    assert [row.name for row in report.interfaces] == ["lo", "eth0"]
    assert report.interfaces[1].bytes_received_per_second == 100_000.0
    assert report.interfaces[1].bytes_sent_per_second == 50_000.0
    assert report.interfaces[0].bytes_sent_per_second == 100.0
    assert report.bytes_received_per_second == 100_000.0
    assert report.packets_sent_per_second == 50.0
    assert report.errors_per_second == 0.0
    assert report.tcp_retransmits_per_second == 0.0
    assert before.bytes_received_total == 1_070_000
    assert report.bytes_received_total == 1_270_000
    assert report.errors_total == 1
    assert report.drops_total == 2


def test_an_interface_that_comes_needs_two_readings_of_its_own():
    probe = Network()
    report_of(probe, recorded("hotplug/t1"), 10.0)
    assert missing_of(probe, recorded("hotplug/t0"), 12.0)["interfaces[2].bytes_sent_per_second"] == NEEDS_TWO_READINGS


def test_a_counter_of_32_bits_wraps(tmp_path: Path):
    probe = Network()
    before = report_of(probe, recorded("no_psi"), 1.0)
    dev = (Path(recorded("no_psi").proc) / "net/dev").read_bytes()
    later = dev.replace(b"4294960000 3021800", b"   2704 3021810")
    report = report_of(probe, changed("no_psi", tmp_path, {"proc/net/dev": later}), 2.0)
    assert report.bytes_received_per_second == 10_000.0
    assert report.bytes_received_total == before.bytes_received_total + 10_000


def test_states_and_speeds():
    golden = {row.name: row for row in report_of(Network(), recorded("golden")).interfaces}
    assert golden["eno1"].up is True and golden["eno1"].speed_bits_per_second == 25e9
    assert golden["eno2"].up is False and golden["eno2"].speed_bits_per_second is None
    assert golden["lo"].up is True
    reading = Network().read(recorded("hostile"), 0.0)
    assert reading.report.interfaces[1].name == '<i>&"'
    assert reading.missing["interfaces[1].up"] == "sysfs doesn't list it"


def test_the_driver_of_a_link_that_is_down_is_not_asked_for_its_speed(tmp_path: Path):
    roots = changed("golden", tmp_path, {"sys/class/net/eno2/speed": "1000\n"})
    assert report_of(Network(), roots).interfaces[2].speed_bits_per_second is None


def test_an_unknown_state_is_told_by_the_carrier():
    assert is_up("up", None) is True
    assert is_up("lowerlayerdown", 1) is False
    assert is_up("unknown", 1) is True
    assert is_up("unknown", 0) is False
    assert isinstance(is_up("unknown", None), Absent)
    assert isinstance(speed(-1), Absent) and isinstance(speed(None), Absent)


def test_a_link_that_changes_is_told_within_the_period(tmp_path: Path):
    probe = Network()
    report_of(probe, changed("golden", tmp_path, {}), 0.0)
    down = changed("golden", tmp_path, {"sys/class/net/eno1/operstate": "down\n"})
    assert report_of(probe, down, 1.0).interfaces[1].up is True
    assert report_of(probe, down, 6.0).interfaces[1].up is False


def test_the_network_of_process_1_is_that_of_the_machine(tmp_path: Path):
    """Another tree's own net/ is the network of whoever reads it: a container's."""
    content = HEAD.decode() + "  eth0: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n"
    roots = changed("golden", tmp_path, {"proc/net/dev": content})
    assert len(report_of(Network(), roots).interfaces) == 5


def test_a_network_without_tcp_is_told(tmp_path: Path):
    missing = missing_of(Network(), changed("golden", tmp_path, {"proc/1/net/snmp": None}))
    assert missing["tcp_connections"] == missing["tcp_retransmits_per_second"] == "the kernel tells no TCP counters"
