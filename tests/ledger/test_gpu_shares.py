"""What each workload has of the GPUs, and of their power, out of rows as the drivers' readers make them."""

import pytest

from zeropoint.ledger.facts import Facts
from zeropoint.ledger.gpu_shares import GpuUse, gpu_shares, gpu_totals, has_memory, nobodys
from zeropoint.ledger.owner import Owner, component_owner, program_owner
from zeropoint.ledger.totals import Totals, totals_of
from zeropoint.model import Disk, Gpu, GpuProcess, Network
from zeropoint.probe import NEEDS_TWO_READINGS, Absent
from zeropoint.processes import Processes
from zeropoint.processes.machine_cpu import MachineCpu

GIB = 1024**3
TRAINING, NOTEBOOK = component_owner("tinygrad"), program_owner("python3", "alice")
OWNERS: dict[int, Owner] = {10: TRAINING, 11: TRAINING, 20: NOTEBOOK}
NO_POWER = Absent("no counters")

CARD = Gpu(
    uuid="GPU-1",
    vendor="NVIDIA",
    utilization_percent=90.0,
    memory_total_bytes=80 * GIB,
    memory_used_bytes=33 * GIB,
    power_watts=400.0,
    processes=[
        GpuProcess(pid=10, memory_bytes=20 * GIB, utilization_percent=60.0),
        GpuProcess(pid=20, memory_bytes=12 * GIB, utilization_percent=25.0),
        GpuProcess(pid=99, memory_bytes=GIB, utilization_percent=5.0),
    ],
)
# A part of the processor: its memory is the machine's.
UNIFIED = Gpu(
    uuid="0000:00:02.0",
    vendor="Intel",
    utilization_percent=50.0,
    shared_memory_total_bytes=24 * GIB,
    shared_memory_used_bytes=2 * GIB,
    processes=[GpuProcess(pid=11, memory_bytes=GIB, utilization_percent=40.0)],
)


def test_two_workloads_share_a_gpu_and_who_is_not_seen_is_nobodys():
    shares = gpu_shares([CARD], OWNERS.get)
    assert shares.keys() == {TRAINING, NOTEBOOK}
    assert (shares[TRAINING].percent, shares[TRAINING].memory_bytes) == (60.0, 20 * GIB)
    assert (shares[NOTEBOOK].percent, shares[NOTEBOOK].memory_bytes) == (25.0, 12 * GIB)
    assert (shares[TRAINING].pids, shares[NOTEBOOK].pids) == ({10}, {20})
    total = gpu_totals([CARD])
    assert (total.percent, total.memory_bytes, total.watts) == (90.0, 33 * GIB, 400.0)


def test_power_goes_by_the_share_of_time_so_that_what_is_drawn_at_rest_is_nobodys():
    shares = gpu_shares([CARD], OWNERS.get)
    assert shares[TRAINING].watts == pytest.approx(240.0)
    assert shares[NOTEBOOK].watts == pytest.approx(100.0)


def test_memory_of_the_machine_that_a_gpu_uses_is_not_counted_again():
    assert not has_memory(UNIFIED)
    assert gpu_totals([UNIFIED]).memory_bytes is None
    shares = gpu_shares([CARD, UNIFIED], OWNERS.get)
    assert shares[TRAINING].pids == {10, 11}
    # Two GPUs: 60 of one and 40 of the other; memory of the one that has its own.
    assert (shares[TRAINING].percent, shares[TRAINING].memory_bytes) == (100.0, 20 * GIB)


def test_where_the_driver_tells_no_process_share_there_is_none_and_no_power():
    silent = Gpu(
        uuid="GPU-2",
        utilization_percent=70.0,
        power_watts=200.0,
        memory_total_bytes=GIB,
        processes=[GpuProcess(pid=10, memory_bytes=GIB)],
    )
    use = gpu_shares([silent], OWNERS.get)[TRAINING]
    assert (use.percent, use.memory_bytes, use.watts) == (None, GIB, None)


def test_who_holds_a_gpu_may_not_be_told_at_all():
    assert gpu_shares([Gpu(uuid="GPU-3", utilization_percent=70.0, processes=None)], OWNERS.get) == {}


def test_who_is_among_no_gpu_s_processes_has_nothing_of_them_only_where_all_gpus_tell_theirs():
    assert nobodys([CARD, UNIFIED]) == GpuUse(0.0, 0, 0.0)
    assert nobodys([UNIFIED]) == GpuUse(0.0, None, None)
    assert nobodys([CARD, Gpu(uuid="GPU-3", utilization_percent=70.0, processes=None)]) == GpuUse()


# --- totals of the machine -------------------------------------------------------------------------------------------


def listing(at: float, busy: float, idle: float, interrupts: float = 0.0, steal: float = 0.0) -> Processes:
    return Processes({}, None, at, {}, MachineCpu(busy, idle, interrupts, steal, 4))


def totals(
    before: Processes | None, now: Processes, watts: float | Absent = NO_POWER, facts: Facts | None = None
) -> Totals:
    return totals_of(before, now, None, watts, facts or Facts(reasons={"system.gpus": "no driver"}))


def test_time_in_use_is_the_time_that_was_not_idle_of_all_cores():
    # The columns say 0.9 s of use where 1 s was not idle: the kernel samples the one and measures the other.
    told = totals(listing(10.0, 100.0, 500.0), listing(11.0, 100.9, 503.0, interrupts=0.1, steal=0.2))
    assert told.usage.cpu_percent == pytest.approx(100.0)
    assert told.interrupt_percent == pytest.approx(10.0)
    assert told.steal_percent == pytest.approx(20.0)


def test_columns_that_disagree_with_the_clock_are_believed_and_time_that_goes_back_is_none():
    assert totals(listing(10.0, 100.0, 500.0), listing(11.0, 102.0, 508.0)).usage.cpu_percent == pytest.approx(200.0)
    back = totals(listing(10.0, 100.0, 500.0), listing(11.0, 90.0, 490.0))
    assert back.usage.cpu_percent is None
    assert back.missing["cpu_percent"] == "no CPU time was counted in the interval"


def test_the_first_reading_has_no_time_and_says_so():
    told = totals(None, listing(10.0, 100.0, 500.0))
    assert told.usage.cpu_percent is None
    assert told.missing["cpu_percent"] == NEEDS_TWO_READINGS


def test_what_is_not_told_has_its_source_s_reason():
    reasons = {"system.gpus": "NVML library not found", "system": "host probes are off"}
    told = totals(None, listing(10.0, 1.0, 1.0), facts=Facts(reasons=reasons))
    assert told.missing["gpu_percent"] == "NVML library not found"
    assert told.missing["read_bytes_per_second"] == "host probes are off"
    assert told.missing["power_watts"] == "processors: no counters; GPUs: NVML library not found"
    nothing = [name for name in told.usage.__struct_fields__ if getattr(told.usage, name) is None]
    assert set(nothing) == set(told.missing)


def test_power_is_that_of_gpus_and_processors_as_far_as_each_is_told():
    facts = Facts(gpus=[CARD])
    now = listing(10.0, 1.0, 1.0)
    assert totals(None, now, 65.0, facts).usage.power_watts == pytest.approx(465.0)
    assert totals(None, now, NO_POWER, facts).usage.power_watts == pytest.approx(400.0)
    assert totals(None, now, 65.0).usage.power_watts == pytest.approx(65.0)


def test_traffic_is_that_of_the_sample():
    facts = Facts(
        disk=Disk(read_bytes_per_second=5.0, write_bytes_per_second=7.0),
        network=Network(bytes_received_per_second=11.0, bytes_sent_per_second=13.0),
    )
    usage = totals(None, listing(10.0, 1.0, 1.0), facts=facts).usage
    assert (usage.read_bytes_per_second, usage.write_bytes_per_second) == (5.0, 7.0)
    assert (usage.received_bytes_per_second, usage.sent_bytes_per_second) == (11.0, 13.0)
