from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host import many_cores
from tests.host.trees import changed, missing_of, recorded, report_of
from zeropoint.host.cpu import Cpu, parse_loads
from zeropoint.host.cpu_frequency import CpuFrequency, parse_megahertz
from zeropoint.host.parsing import number_list
from zeropoint.host.proc_stat import busy_percent, elapsed, parse_stat
from zeropoint.probe import NEEDS_TWO_READINGS, Absent

STAT = b"""cpu  100 20 30 400 50 6 7 8 90 1
cpu0 60 10 20 200 25 3 4 4 45 1
cpu2 40 10 10 200 25 3 3 4 45 0
intr 310636 0 9 0 1
ctxt 612716
btime 1795517387
processes 7358
procs_running 2
procs_blocked 1
softirq 235225 0 18505 7
"""


def test_stat_is_parsed_without_the_columns_of_guests():
    stat = parse_stat(STAT)
    assert stat.machine == (100, 20, 30, 400, 50, 6, 7, 8)
    assert stat.cores == {0: (60, 10, 20, 200, 25, 3, 4, 4), 2: (40, 10, 10, 200, 25, 3, 3, 4)}
    assert stat.counts == {"intr": 310636, "ctxt": 612716, "btime": 1795517387, "procs_running": 2, "procs_blocked": 1}


def test_use_counts_user_nice_system_irq_softirq_and_steal():
    # user 40, nice 1, system 5, idle 30, iowait 20, irq 1, softirq 2, steal 1
    assert busy_percent((40, 1, 5, 30, 20, 1, 2, 1)) == 50.0


def test_a_column_that_goes_back_counts_as_no_time():
    assert elapsed((100, 0, 0, 100, 50, 0, 0, 0), (110, 0, 0, 190, 20, 0, 0, 0)) == (10, 0, 0, 90, 0, 0, 0, 0)


def test_an_interval_without_any_time_has_no_use():
    ticks = (1, 2, 3, 4, 5, 6, 7, 8)
    assert elapsed(ticks, ticks) == Absent("no CPU time was counted in the interval")


@given(*[st.lists(st.integers(0, 2**63), min_size=8, max_size=8)] * 2)
def test_use_is_never_outside_of_0_to_100(last: list[int], ticks: list[int]):
    steps = elapsed(tuple(last), tuple(ticks))
    if not isinstance(steps, Absent):
        assert 0 <= busy_percent(steps) <= 100


def test_loads_are_parsed():
    assert parse_loads(b"0.07 0.13 12.09 1/90 7358\n") == (0.07, 0.13, 12.09)


def test_lists_of_cores_are_parsed():
    assert number_list("0-2,5,7-8\n") == [0, 1, 2, 5, 7, 8]
    assert number_list("0") == [0]
    assert number_list("\n") == []


def test_the_first_reading_has_counts_and_no_shares():
    reading = Cpu().read(recorded("golden"), 0.0)
    report = reading.report
    assert report.usage_percent is None and report.times_percent is None and report.per_core_percent is None
    for field in ("usage_percent", "times_percent", "per_core_percent", "interrupts_per_second"):
        assert reading.missing[field] == NEEDS_TWO_READINGS
    assert report.count_logical == 8
    assert report.count_physical == 4
    assert (report.load_1m, report.load_5m, report.load_15m) == (2.31, 2.07, 1.88)
    assert report.processes_running == 3 and report.processes_blocked == 1
    assert report.context_switches_total == 3_209_612_716
    # 8 x 2188710 + 1000 x (0 + ... + 7) ticks of 10 ms.
    assert report.times_seconds.user_seconds_total == 175376.8


def test_shares_and_rates_are_those_between_two_readings():
    probe = Cpu()
    probe.read(recorded("hotplug/t0"), 10.0)
    report = report_of(probe, recorded("hotplug/t1"), 12.0)
    # cpu0 +100 user +100 idle, cpu1 +50 user +150 idle, cpu3 +200 idle.
    assert report.usage_percent == pytest.approx(25.0)
    assert report.times_percent.user == pytest.approx(25.0)
    assert report.times_percent.idle == pytest.approx(75.0)
    assert sum(getattr(report.times_percent, part) for part in report.times_percent.__struct_fields__) == pytest.approx(
        100
    )
    assert report.context_switches_per_second == 1000.0
    assert report.interrupts_per_second == 500.0


def test_a_core_that_went_offline_is_null_at_its_number():
    probe = Cpu()
    probe.read(recorded("hotplug/t0"), 10.0)
    report = report_of(probe, recorded("hotplug/t1"), 12.0)
    assert report.per_core_percent == [pytest.approx(50.0), pytest.approx(25.0), None, 0.0]
    assert report.count_logical == 3
    assert report.count_physical == 2
    assert missing_of(probe, recorded("hotplug/t1"), 13.0)["per_core_percent[2]"] == "the core is offline"


def test_a_core_that_came_back_needs_two_readings_of_its_own():
    probe = Cpu()
    probe.read(recorded("hotplug/t1"), 10.0)
    reading = probe.read(recorded("hotplug/t0"), 12.0)
    assert reading.report.count_logical == 4
    assert reading.missing["per_core_percent[2]"] == NEEDS_TWO_READINGS


def test_128_cores_are_told_by_number(tmp_path: Path):
    probe = Cpu()
    probe.read(many_cores.write(tmp_path, busy=25), 0.0)
    report = report_of(probe, many_cores.write(tmp_path, busy=75, offline=frozenset({7, 71})), 1.0)
    assert len(report.per_core_percent) == 128
    assert report.per_core_percent[0] is None  # no time was counted for it
    assert report.per_core_percent[7] is None and report.per_core_percent[71] is None
    assert all(share == 100.0 for core, share in enumerate(report.per_core_percent) if core not in {0, 7, 71})
    assert report.count_logical == 126
    # Both threads of one physical core are offline.
    assert report.count_physical == 63


def test_a_machine_without_topology_says_so():
    assert missing_of(Cpu(), recorded("no_psi"))["count_physical"] == "the kernel tells no topology of the cores"


def test_columns_that_a_kernel_lacks_are_null(tmp_path: Path):
    stat = "cpu  10 20 30 40\ncpu0 10 20 30 40\n"
    roots = changed("golden", tmp_path, {"proc/stat": stat})
    probe = Cpu()
    report_of(probe, roots)
    again = changed("golden", tmp_path, {"proc/stat": "cpu  20 20 30 70\ncpu0 20 20 30 70\n"})
    report = report_of(probe, again, 1.0)
    assert report.usage_percent == 25.0
    assert report.times_percent.steal is None
    assert report.times_percent.idle == 75.0
    assert report.context_switches_total is None


def test_frequency_is_the_mean_of_the_cores():
    assert report_of(CpuFrequency(), recorded("laptop")).frequency_hz == 1.8e9


def test_frequency_leaves_offline_cores_out(tmp_path: Path):
    roots = many_cores.write(tmp_path, busy=1, offline=frozenset(range(1, 127)))
    assert report_of(CpuFrequency(), roots).frequency_hz == (2.0e9 + 2.127e9) / 2


def test_frequency_counts_a_shared_policy_for_each_of_its_cores(tmp_path: Path):
    policies = "sys/devices/system/cpu/cpufreq"
    roots = changed("laptop", tmp_path, {f"{policies}/policy0/affected_cpus": "0 4 5\n"})
    assert report_of(CpuFrequency(), roots).frequency_hz == (3 * 1.2e9 + 1.6e9 + 2.0e9 + 2.4e9) / 6


def test_frequency_is_that_of_cpuinfo_without_cpufreq():
    assert parse_megahertz(b"processor\t: 0\ncpu MHz\t\t: 2596.130\ncpu MHz\t\t: 2000.5\n") == [2596.130, 2000.5]
    assert report_of(CpuFrequency(), recorded("vm_hybrid")).frequency_hz == pytest.approx(2596.130e6)


def test_frequency_is_absent_where_nothing_tells_it():
    reading = CpuFrequency().read(recorded("no_psi"), 0.0)
    assert reading == Absent("neither cpufreq nor /proc/cpuinfo tells a frequency")
