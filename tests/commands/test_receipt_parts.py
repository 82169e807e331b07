"""Parts of a receipt that are pure: what counts as a limit, whose it is, and how it is said."""

import pytest

from zeropoint.commands.receipt.gpus import Gpus
from zeropoint.commands.receipt.group import Denied
from zeropoint.commands.receipt.limits import limits_of
from zeropoint.commands.receipt.looks import unwatched
from zeropoint.commands.receipt.stalls import Asked, Resource, Stalls, due
from zeropoint.commands.receipt.summary import duration, energy, in_words, limit_in_words, size
from zeropoint.commands.receipt.watcher import pause_seconds
from zeropoint.model import Gpu, GpuProcess, GpuThrottled, Limit, LimitCause, Receipt
from zeropoint.probe import Absent


@pytest.mark.parametrize(
    ("resource", "asked", "seconds"),
    [
        ("cpu", Asked(True, False, 0.25), 0.25),
        ("cpu", Asked(True, False, 3.0), 1.0),
        ("cpu", Asked(True, False, None), 1.0),
        ("cpu", Asked(False, True, None), 0.0),
        ("io", Asked(True, False, None), 0.0),
        ("io", Asked(False, True, None), 1.0),
        ("memory", Asked(True, False, None), 1.0),
        ("memory", Asked(False, True, None), 0.0),
    ],
)
def test_a_second_of_the_machines_pressure_is_the_runs_as_far_as_it_asked_for_that(
    resource: Resource, asked: Asked, seconds: float
) -> None:
    assert due(resource, 1.0, asked) == seconds


def test_limits_stand_in_order_and_what_is_noise_is_left_out() -> None:
    stalls = Stalls()
    stalls.seconds = {"cpu": 0.9, "memory": 20.0, "io": 200.0}
    denied = Denied(throttled_seconds=30.0, throttled_periods=7, oom_kills=2, is_quota_own=False)
    held_down: dict[tuple[str, LimitCause], float] = {
        ("a", "gpu-power"): 4.0,
        ("b", "gpu-power"): 5.0,
        ("b", "gpu-thermal"): 0.5,
    }
    told = [
        (one.cause, one.seconds, one.share_percent, one.count, one.of)
        for one in limits_of(stalls, denied, held_down, 100.0)
    ]
    assert told == [
        ("memory-limit", None, None, 2, "run"),
        ("disk", 100.0, 100.0, None, "run"),
        ("cpu-quota", 30.0, 30.0, 7, "cgroup"),
        ("memory", 20.0, 20.0, None, "run"),
        ("gpu-power", 5.0, 5.0, None, "gpu"),
    ]


def gpu(percent: float | None, watts: float | None, power_seconds: float | None = None) -> Gpu:
    return Gpu(
        index=0,
        uuid="GPU-1",
        memory_total_bytes=1000,
        power_watts=watts,
        throttled=None if power_seconds is None else GpuThrottled(power_seconds_total=power_seconds),
        throttle_reasons=["software power cap"],
        processes=[
            GpuProcess(pid=7, memory_bytes=300, utilization_percent=percent),
            GpuProcess(pid=8, memory_bytes=500, utilization_percent=10.0),
        ],
    )


def test_a_run_has_its_share_of_a_gpus_time_memory_and_power() -> None:
    gpus = Gpus()
    assert isinstance(gpus.gpu_seconds(), Absent)
    assert gpus.take([gpu(None, None, 100.0)], 0.0, {7}, {}) == 300
    gpus.take([gpu(50.0, 200.0, 101.5)], 2.0, {7}, {})
    gpus.take([gpu(100.0, 400.0, 102.0)], 1.0, {7}, {})
    assert (gpus.gpu_seconds(), gpus.joules()) == (2.0, 600.0)
    assert gpus.held_down == {("GPU-1", "gpu-power"): 2.0}


def test_a_gpu_that_the_run_does_not_use_holds_nothing_down_and_costs_it_nothing() -> None:
    gpus = Gpus()
    for _ in range(2):
        assert gpus.take([gpu(50.0, 200.0)], 1.0, {99}, {}) == 0
    assert (gpus.gpu_seconds(), gpus.joules(), gpus.held_down) == (0.0, 0.0, {})


def test_without_counters_clocks_are_held_down_while_the_driver_says_so() -> None:
    gpus = Gpus()
    gpus.take([gpu(50.0, 200.0)], 1.5, {7}, {})
    assert gpus.held_down == {("GPU-1", "gpu-power"): 1.5}


def test_what_a_driver_does_not_tell_of_processes_is_null_with_its_reason() -> None:
    gpus = Gpus()
    gpus.take([gpu(None, None)], 1.0, {7}, {"[0].processes[0].utilization_percent": "MIG is on"})
    assert gpus.gpu_seconds() == Absent("MIG is on")


def test_a_driver_that_shows_no_processes_is_believed_once_it_shows_one_of_the_run() -> None:
    gpus = Gpus()
    gpus.take([Gpu(index=0, uuid="GPU-1", processes=None)], 1.0, {7}, {"[0].processes": "needs root"})
    assert gpus.gpu_seconds() == gpus.joules() == gpus.peak_memory_bytes() == Absent("needs root")
    gpus.take([gpu(50.0, 100.0)], 1.0, {7}, {})
    assert (gpus.gpu_seconds(), gpus.joules()) == (0.5, 50.0)


def test_it_is_said_in_a_few_lines() -> None:
    receipt = Receipt(
        wall_seconds=3725.0,
        cpu_seconds=7450.0,
        gpu_seconds=90.0,
        gpu_energy_joules=3_600_000.0,
        peak_memory_bytes=3 * 1024**3,
        peak_processes=1,
        read_bytes=0,
        write_bytes=5000,
        limits=[Limit(cause="memory-limit", count=2, of="cgroup")],
    )
    assert list(in_words(receipt)) == [
        "took 1 h 2 min, 2 h 4 min of CPU (2 cores), 1 min 30 s of GPU, about 1 kWh",
        "at most 3 GiB of memory, 1 process, disks: 0 B read, 4.88 KiB written",
        "limited: processes were ended at the memory limit: 2, with others in its control group",
    ]
    assert list(in_words(unwatched(0.5, "why"))) == ["took 0.50 s"]
    timed = Limit(cause="disk", seconds=3.0, share_percent=25.0, of="machine")
    assert limit_in_words(timed) == "waiting for disks for 3.00 s, 25 % of the time, of the whole machine"
    assert (duration(59.9), size(1023), size(1024**2), energy(12.0), energy(7200.0)) == (
        "59.9 s", "1023 B", "1 MiB", "12 J", "2 Wh",
    )  # fmt: skip


def test_what_failed_to_be_watched_has_a_reason_for_each_null() -> None:
    receipt = unwatched(2.0, "the machine did not answer in time")
    nulls = {name for name in Receipt.__struct_fields__ if getattr(receipt, name) is None}
    assert nulls == {row.path for row in receipt.unavailable}


def test_looks_are_close_together_at_first_and_rare_in_long_runs() -> None:
    assert [pause_seconds(elapsed) for elapsed in (0, 2.5, 30, 60, 150, 3600)] == [0.1, 0.5, 1.0, 1.0, 2.5, 5.0]
