"""contention, input-bound and throttled: each with a healthy neighbour of it."""

from typing import Any

import pytest

from tests.insight.verdicts.windows import GIB, RUN, ever, machine, program, row, run, sample, told, training, waits
from zeropoint.model import Gpu, GpuProcess, Sample, Workload

HOLDS_GPU = {"gpu_memory_bytes": 8 * GIB}


def starved(share: float) -> Workload:
    return row(waits=waits(cpu_wait_percent=share, cpu_wait_share_percent=share), cpu_percent=100.0 - share)


def test_two_that_want_the_same_processors_are_told_with_the_name_of_the_other():
    def make(at: int) -> Sample:
        rows = [starved(45.0), program("yes", cpu_percent=180.0)]
        return sample(at, system=machine(cpu=99.0, psi_cpu=70.0), workloads=rows, runs=[run(10 * at)])

    (verdict,) = told(make, 20)
    assert (verdict.name, verdict.workload, verdict.cause) == ("contention", RUN, "cpu")
    assert verdict.says == "digits and yes want more processors than there are"
    assert "yes uses of a core 180 % (ledger.workloads.program:yes (ada).cpu_percent)" in verdict.evidence


@pytest.mark.parametrize(
    ("share", "cpu", "other"),
    [
        (45.0, 99.0, 5.0),  # it fills the machine itself, with more threads than there are processors
        (2.0, 99.0, 180.0),  # the machine is full, but the work has its part
        (30.0, 50.0, 90.0),  # it waits somewhat, and there are processors left
    ],
)
def test_a_full_machine_alone_is_no_contention(share: float, cpu: float, other: float):
    def make(at: int) -> Sample:
        rows = [starved(share), program("other", cpu_percent=other)]
        return sample(at, system=machine(cpu=cpu, psi_cpu=80.0), workloads=rows, runs=[run(10 * at)])

    assert ever(make, 60) == set()


def test_pinned_to_processors_that_others_use_it_is_contention_though_others_are_free():
    def make(at: int) -> Sample:
        rows = [starved(75.0), program("yes", cpu_percent=100.0)]
        return sample(at, system=machine(cpu=50.0, psi_cpu=70.0), workloads=rows, runs=[run(10 * at)])

    assert ("contention", "cpu") in ever(make, 20)


def test_of_many_that_want_the_same_processors_a_few_are_told_and_small_ones_are_not():
    def make(at: int, waited: float) -> Sample:
        many = [
            row(
                f"run:many/{place}",
                "many",
                waits=waits(cpu_wait_percent=waited, cpu_wait_share_percent=80.0),
                cpu_percent=2.0,
            )
            for place in range(12)
        ]
        rows = [*many, program("yes", cpu_percent=180.0)]
        return sample(at, system=machine(cpu=99.0, psi_cpu=70.0), workloads=rows)

    assert ever(lambda at: make(at, 8.0), 30) == set()
    first = {one.id for one in told(lambda at: make(at, 60.0), 12)}
    assert len(first) == 3
    assert {one.id for one in told(lambda at: make(at, 60.0), 40)} == first


def gpu(parts: dict[int, float], **changes: Any) -> Gpu:
    processes = [
        GpuProcess(pid=pid, name="blender" if pid == 8 else "python", utilization_percent=part)
        for pid, part in parts.items()
    ]
    usual: dict[str, Any] = {"utilization_percent": min(100.0, sum(parts.values())), "throttle_reasons": []}
    return Gpu(uuid="GPU-1", index=0, name="H100", processes=processes, **{**usual, **changes})


def test_a_render_and_a_training_on_one_gpu_are_told_by_name():
    def make(at: int) -> Sample:
        rows = [row(gpu_percent=52.0, **HOLDS_GPU), program("blender", gpu_percent=46.0)]
        return sample(at, system=machine(gpus=[gpu({7: 52.0, 8: 46.0})]), workloads=rows, runs=[run(10 * at)])

    (verdict,) = told(make, 20)
    assert (verdict.name, verdict.workload, verdict.cause) == ("contention", RUN, "gpu")
    assert verdict.says == "digits and blender share H100 0, which is full"
    assert any(text.startswith("blender has 46 %") for text in verdict.evidence)


@pytest.mark.parametrize("parts", [{7: 98.0}, {7: 96.0, 8: 2.0}, {7: 30.0, 8: 30.0}])
def test_one_that_has_the_gpu_to_itself_or_that_has_time_left_is_no_contention(parts: dict[int, float]):
    def make(at: int) -> Sample:
        return sample(at, system=machine(gpus=[gpu(parts)]), workloads=[row(gpu_percent=60.0)], runs=[run(10 * at)])

    assert ever(make, 60) == set()


def test_two_on_one_disk_are_told_only_where_the_disk_is_waited_for():
    def make(at: int, psi_io: float) -> Sample:
        rows = [
            row(waits=waits(disk_count=at % 2), cpu_percent=20.0, read_bytes_per_second=5e7),
            program("rsync", read_bytes_per_second=2e8, cpu_percent=20.0),
        ]
        return sample(at, system=machine(psi_io=psi_io), workloads=rows, runs=[run(10 * at)])

    (verdict,) = [one for one in told(lambda at: make(at, 60.0), 20) if one.name == "contention"]
    assert (verdict.cause, verdict.says) == ("disk", "digits waits for a disk that rsync uses too")
    assert "contention" not in {name for name, _ in ever(lambda at: make(at, 2.0), 20)}


@pytest.mark.parametrize(("counted", "cause"), [("disk_count", "disk"), ("network_count", "network")])
def test_steps_that_wait_for_their_input_most_of_the_time_are_told(counted: str, cause: str):
    def make(at: int, of_ten: int) -> Sample:
        waiting = waits(**{counted: int(at % 10 < of_ten)})
        return training(at, lambda _: row(waits=waiting, cpu_percent=15.0), psi_io=30.0)

    (verdict,) = told(lambda at: make(at, 6), 40)
    assert (verdict.name, verdict.workload, verdict.cause) == ("input-bound", RUN, cause)
    assert ever(lambda at: make(at, 2), 60) == set()
    # Begun, it goes on at less than what began it, and ends below that.
    assert [one.cause for one in told(lambda at: make(at, 6 if at < 30 else 3), 90)] == [cause]
    assert told(lambda at: make(at, 6 if at < 30 else 1), 90) == []


def test_a_loader_that_is_slow_by_its_own_work_is_told_by_a_gpu_that_waits():
    def make(at: int, percent: float, cores: float) -> Sample:
        return training(at, lambda _: row(gpu_percent=percent, cpu_percent=cores, **HOLDS_GPU))

    assert ever(lambda at: make(at, 25.0, 190.0), 40) == {("input-bound", "loader")}
    assert ever(lambda at: make(at, 95.0, 190.0), 40) == set()
    assert ever(lambda at: make(at, 25.0, 30.0), 40) == set()


@pytest.mark.parametrize(
    ("reasons", "clock", "use", "cause"),
    [
        (["software thermal slowdown"], 0.9, 95.0, "thermal"),
        (["temperature of the hotspot"], 0.9, 95.0, "thermal"),
        (["software power cap"], 0.6, 95.0, "power"),
        (["software power cap"], 0.93, 95.0, None),  # all GPUs run into their limit so in hard work
        (["software thermal slowdown"], 0.9, 4.0, None),  # nothing is held down that works
        ([], 0.6, 95.0, None),
    ],
)
def test_a_gpu_that_is_held_down_is_told_by_its_driver(reasons: list[str], clock: float, use: float, cause: str | None):
    held_down = gpu(
        {7: use},
        throttle_reasons=reasons,
        clock_hz=clock * 2e9,
        clock_limit_hz=2e9,
        temperature_celsius=91.0,
        power_watts=300.0,
        power_limit_watts=300.0,
    )
    verdicts = told(lambda at: training(at, gpus=[held_down]), 40)
    assert [(one.name, one.cause, one.workload) for one in verdicts] == (
        [("throttled", cause, "machine")] if cause else []
    )
