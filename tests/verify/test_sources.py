"""What the sources make of what programs print and files hold."""

import json
from pathlib import Path

import pytest

from tests.host.trees import MACHINES, changed, recorded
from zeropoint.verify.facts import Range, SourceError
from zeropoint.verify.sources.battery import read_battery
from zeropoint.verify.sources.cgroup import read_cgroup
from zeropoint.verify.sources.df import parse_df
from zeropoint.verify.sources.free import parse_free
from zeropoint.verify.sources.ip import parse_ip
from zeropoint.verify.sources.lscpu import parse_lscpu
from zeropoint.verify.sources.meminfo import read_swaps
from zeropoint.verify.sources.nvidia_smi import QUERIES, parse_nvidia_smi
from zeropoint.verify.sources.proc_stat import read_stat
from zeropoint.verify.sources.ps import parse_ps
from zeropoint.verify.sources.registry import SOURCES, sources
from zeropoint.verify.sources.topology import read_topology
from zeropoint.verify.sources.uptime import parse_uptime


def link(name: str, *, kind: str | None = None, master: str | None = None, count: int = 0) -> dict[str, object]:
    counts = dict.fromkeys(("bytes", "packets", "errors", "dropped", "missed_errors"), count)
    told = {
        "ifname": name,
        "link_type": "loopback" if name == "lo" else "ether",
        "stats64": {"rx": counts, "tx": counts},
    }
    return told | ({"linkinfo": {"info_kind": kind}} if kind else {}) | ({"master": master} if master else {})


def test_interfaces_are_summed_so_that_a_packet_counts_once():
    links = [
        link("lo", count=1),
        link("eth0", count=10),
        link("vf0", count=100, master="eth0"),
        link("docker0", kind="bridge", count=1000),
        link("veth1", kind="veth", count=10_000, master="docker0"),
    ]
    facts = parse_ip(json.dumps(links).encode())
    assert facts["system.network.bytes_sent_total"] == 10
    # The kernel's table counts what the card missed as dropped.
    assert facts["system.network.interfaces.eth0.drops_received_total"] == 20
    assert facts["system.network.interfaces"] == "docker0, eth0, lo, veth1, vf0"


def test_without_hardware_all_but_loopback_is_summed():
    facts = parse_ip(json.dumps([link("lo", count=1), link("eth0", kind="veth", count=5)]).encode())
    assert facts["system.network.errors_total"] == 10


def test_mount_points_may_hold_spaces_and_what_df_cannot_tell_is_left_out():
    printed = b"""1B-blocks Used Avail Inodes IUsed Mounted on
1000 600 300 100 50 /
- - - - - /proc/self/odd place
2000 0 2000 0 0 /mnt/two  words
"""
    facts = parse_df(printed)
    assert facts["system.disk.usage_percent"] == pytest.approx(100 * 600 / 900)
    assert facts["system.disk.filesystems./.inodes_usage_percent"] == 50
    assert facts["system.disk.filesystems./mnt/two  words.total_bytes"] == 2000
    assert not any("odd place" in name for name in facts)
    assert "system.disk.filesystems./mnt/two  words.inodes_usage_percent" not in facts


def test_used_memory_is_what_is_not_available():
    facts = parse_free(b"    total used free shared buffers cache available\nMem: 100 1 20 3 4 50 60\nSwap: 10 4 6\n")
    assert (facts["system.memory.used_bytes"], facts["system.memory.usage_percent"]) == (40, 40)
    assert facts["system.memory.swap.usage_percent"] == 40


def test_threads_of_a_core_count_once_as_a_physical_one():
    assert parse_lscpu(b"# CPU,Core,Socket\n0,0,0\n1,0,0\n2,0,1\n3,0,1\n") == {
        "system.cpu.count_logical": 4,
        "system.cpu.count_physical": 2,
    }


def test_loads_of_both_ways_to_print_them():
    assert parse_uptime(b" up 8:00, load average: 0.29, 0.17, 0.16\n")["system.cpu.load_5m"] == 0.17
    with pytest.raises(ValueError, match="no load average"):
        parse_uptime(b"nothing\n")


def test_ps_leaves_itself_out_and_says_when_others_are_hidden():
    facts = parse_ps(b"1 S init\n7 R python3\n7 D a name of words\n9 R ps\n")
    assert facts["system.host.process_count"] == 2
    with pytest.raises(SourceError, match="hides the processes of others; that needs root"):
        parse_ps(b"7 R python3\n9 R ps\n")


def test_of_a_gpu_what_it_does_not_have_is_left_out():
    values = ["42", "7", "81559", "1024", "35", "[N/A]", "71.33", "700.00", "1980", "1980", "2619", "[N/A]", "5", "16"]
    facts = parse_nvidia_smi(", ".join(["GPU-1", "P0", *values, "0", "0", "0", "0"]).encode())
    assert len(values) + 4 == len(QUERIES)
    assert facts["system.gpus.GPU-1.utilization_percent"] == Range(42, 42)
    # It rounds to whole MiB.
    assert facts["system.gpus.GPU-1.memory_used_bytes"] == Range(1023 * 2**20, 1025 * 2**20)
    assert facts["system.gpus.GPU-1.clock_hz"] == Range(1.98e9, 1.98e9)
    assert facts["system.gpus.GPU-1.performance_state"] == 0
    assert "system.gpus.GPU-1.fan_percent" not in facts


def test_the_sum_of_the_cores_stands_for_the_machine_unless_one_is_offline(tmp_path: Path):
    assert "system.cpu.times_seconds.user_seconds_total" in read_stat(recorded("golden"))
    offline = changed("golden", tmp_path, {"sys/devices/system/cpu/present": "0-8\n"})
    assert "system.cpu.times_seconds.user_seconds_total" not in read_stat(offline)


def test_the_limits_of_control_groups_of_both_versions():
    two, one = read_cgroup(recorded("container_v2")), read_cgroup(recorded("container_v1"))
    for name in ("cpu_limit_cores", "memory_limit_bytes", "cpu_throttled_seconds_total", "memory_used_bytes"):
        assert f"system.host.container.{name}" in two, name
        assert f"system.host.container.{name}" in one, name


def test_cores_swap_areas_and_the_battery_of_recorded_machines():
    assert read_topology(recorded("golden")) == {"system.cpu.count_logical": 8, "system.cpu.count_physical": 4}
    assert read_swaps(recorded("golden"))["system.memory.swap.usage_percent"] == 12.5
    assert read_swaps(recorded("laptop")) == {}
    charge = read_battery(recorded("laptop"))["system.sensors.battery.charge_percent"]
    assert isinstance(charge, Range)
    assert 0 < charge.low < charge.high < 102


@pytest.mark.parametrize("machine", MACHINES)
def test_every_source_answers_on_every_recorded_machine_or_says_why(machine: str):
    roots = recorded(machine)
    for source in sources(roots):
        assert not source.only_here
        try:
            facts = source.read(roots, set())
        except SourceError as error:
            assert str(error)
        else:
            for name, fact in facts.items():
                assert isinstance(fact, str | Range | int | float), name
                assert name.startswith(source.tells) or any(each.startswith(name) for each in source.tells), name


def test_names_of_sources_are_theirs_alone():
    assert len({source.name for source in SOURCES}) == len(SOURCES)
