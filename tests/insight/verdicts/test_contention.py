"""contention, input-bound and throttled: each with a healthy neighbour of it."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.insight.verdicts.windows import (
    GIB,
    RUN,
    ever,
    found,
    gpu,
    machine,
    program,
    row,
    run,
    sample,
    told,
    training,
    waits,
)
from zeropoint.insight.verdicts.contention import Contention
from zeropoint.model import Sample, Workload

# The process of the run, which is its first one.
HOLDS_GPU: dict[str, Any] = {"gpu_memory_bytes": 8 * GIB, "gpu_pids": [7]}


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


def test_a_render_and_a_training_on_one_gpu_are_told_by_name():
    def make(at: int) -> Sample:
        rows = [row(gpu_percent=52.0, **HOLDS_GPU), program("blender", gpu_percent=46.0, gpu_pids=[8])]
        return sample(at, system=machine(gpus=[gpu({7: 52.0, 8: 46.0})]), workloads=rows, runs=[run(10 * at)])

    (verdict,) = told(make, 20)
    assert (verdict.name, verdict.workload, verdict.cause) == ("contention", RUN, "gpu")
    assert verdict.says == "digits and blender share H100 0, which is full"
    assert any(text.startswith("blender has 46 %") for text in verdict.evidence)


def test_two_trainings_on_one_gpu_are_told_though_the_processes_on_it_are_their_children():
    def make(at: int) -> Sample:
        rows = [
            row(gpu_percent=52.0, cpu_percent=95.0, gpu_memory_bytes=8 * GIB, gpu_pids=[70]),
            row("run:sweep/4", "sweep", gpu_percent=46.0, gpu_memory_bytes=8 * GIB, gpu_pids=[90]),
        ]
        return sample(at, system=machine(gpus=[gpu({70: 52.0, 90: 46.0})]), workloads=rows, runs=[run(10 * at)])

    (verdict,) = told(make, 40)
    assert (verdict.name, verdict.workload, verdict.cause) == ("contention", RUN, "gpu")
    assert verdict.says == "digits and sweep share H100 0, which is full"


def test_programs_of_one_name_and_two_users_are_two_and_are_told_by_user():
    def make(at: int) -> Sample:
        rows = [
            row("program:python (ada)", "python", "program", None, gpu_percent=52.0, gpu_pids=[70]),
            row("program:python (bob)", "python", "program", None, gpu_percent=46.0, gpu_pids=[90]),
        ]
        return sample(at, system=machine(gpus=[gpu({70: 52.0, 90: 46.0})]), workloads=rows)

    (verdict,) = told(make, 20)
    assert (verdict.name, verdict.workload, verdict.subject) == ("contention", "machine", "H100 0")
    assert verdict.says == "python (ada) and python (bob) share H100 0, which is full"


def test_processes_of_no_workload_that_is_told_are_not_added_up_by_their_name():
    def make(at: int, parts: dict[int, float]) -> Sample:
        return sample(at, system=machine(gpus=[gpu(parts)]), workloads=[row(gpu_percent=60.0)], runs=[run(10 * at)])

    (verdict,) = told(lambda at: make(at, {70: 52.0, 90: 46.0}), 20)
    assert verdict.says == "python (process 70) and python (process 90) share H100 0, which is full"
    # Each of these has little of it: nobody shares it with the render.
    assert ever(lambda at: make(at, {8: 80.0, 70: 6.0, 90: 6.0}), 20) == set()


@pytest.mark.parametrize("parts", [{7: 98.0}, {7: 96.0, 8: 2.0}, {7: 30.0, 8: 30.0}])
def test_one_that_has_the_gpu_to_itself_or_that_has_time_left_is_no_contention(parts: dict[int, float]):
    def make(at: int) -> Sample:
        return sample(at, system=machine(gpus=[gpu(parts)]), workloads=[row(gpu_percent=60.0)], runs=[run(10 * at)])

    assert ever(make, 60) == set()


def on_disks(at: int, psi_io: float, waiting: int, **numbers: float) -> Sample:
    """A training that waits for a disk in so many of ten looks beside rsync; `own_...` are of the training."""
    own = {name.removeprefix("own_"): value for name, value in numbers.items() if name.startswith("own_")}
    of_rsync = {name: value for name, value in numbers.items() if not name.startswith("own_")}
    rows = [
        row(waits=waits(disk_count=int(at % 10 < waiting)), cpu_percent=20.0, **own),
        program("rsync", cpu_percent=20.0, **of_rsync),
    ]
    return sample(at, system=machine(psi_io=psi_io), workloads=rows, runs=[run(10 * at)])


def contended(make: Callable[[int], Sample], seconds: int) -> list[str]:
    return [one.cause for one in told(make, seconds) if one.name == "contention"]


def test_two_that_use_disks_are_told_only_where_one_is_waited_for_and_not_as_users_of_the_same():
    def make(at: int, psi_io: float) -> Sample:
        return on_disks(at, psi_io, 5, own_read_bytes_per_second=5e7, read_bytes_per_second=2e8)

    (verdict,) = [one for one in told(lambda at: make(at, 60.0), 20) if one.name == "contention"]
    assert (verdict.cause, verdict.says) == ("disk", "digits waits for a disk while rsync uses disks too")
    assert "contention" not in {name for name, _ in ever(lambda at: make(at, 2.0), 20)}


def test_who_has_much_less_traffic_than_the_work_itself_reads_and_writes_is_not_named():
    def make(at: int, rsync: float) -> Sample:
        return on_disks(
            at, 60.0, 5, own_read_bytes_per_second=1e8, own_write_bytes_per_second=4e8, write_bytes_per_second=rsync
        )

    assert contended(lambda at: make(at, 1.1e6), 20) == []
    assert contended(lambda at: make(at, 2e8), 20) == []
    assert contended(lambda at: make(at, 2.6e8), 20) == ["disk"]


def test_a_disk_that_is_contended_for_stays_told_at_less_than_what_began_it():
    def make(at: int, psi_io: float, waiting: int) -> Sample:
        begun = at < 30
        return on_disks(at, 21.0 if begun else psi_io, 4 if begun else waiting, read_bytes_per_second=2e8)

    assert contended(lambda at: make(at, 19.0, 4), 60) == ["disk"]
    assert contended(lambda at: make(at, 21.0, 2), 60) == ["disk"]
    assert contended(lambda at: make(at, 8.0, 4), 60) == []
    assert contended(lambda at: make(at, 21.0, 1), 60) == []


def test_what_is_told_of_a_disk_is_not_pushed_out_by_others_that_wait_more_for_processors():
    def make(at: int) -> Sample:
        waiting = waits(disk_count=at % 2, cpu_wait_percent=20.0, cpu_wait_share_percent=16.0)
        others = [
            row(f"run:many/{n}", "many", waits=waits(cpu_wait_percent=70.0, cpu_wait_share_percent=70.0))
            for n in range(3)
        ]
        rows = [row(waits=waiting), *others, program("rsync", read_bytes_per_second=2e8, cpu_percent=180.0)]
        return sample(at, system=machine(cpu=99.0, psi_io=60.0), workloads=rows)

    subject = f"disk {RUN}"
    assert subject not in {one.subject for one in found(Contention(), make, 20)}
    assert subject in {one.subject for one in found(Contention(), make, 20, held=[subject])}


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
        loading = row(gpu_percent=percent, cpu_percent=cores, **HOLDS_GPU)
        return training(at, lambda _: loading, gpus=[gpu({7: percent})])

    assert ever(lambda at: make(at, 25.0, 190.0), 40) == {("input-bound", "loader")}
    assert ever(lambda at: make(at, 95.0, 190.0), 40) == set()
    assert ever(lambda at: make(at, 25.0, 30.0), 40) == set()


@pytest.mark.parametrize("own", [49.0, 30.0])
def test_a_gpu_that_another_one_fills_has_no_time_left(own: float):
    def make(at: int) -> Sample:
        rows = [
            row(gpu_percent=own, cpu_percent=95.0, **HOLDS_GPU),
            program("blender", gpu_percent=98.0 - own, gpu_pids=[8]),
        ]
        return sample(at, system=machine(gpus=[gpu({7: own, 8: 98.0 - own})]), workloads=rows, runs=[run(10 * at)])

    assert ever(make, 40) == {("contention", "gpu")}


def on_eight(at: int, parts: Sequence[float], cores: float, waiting: int = 0) -> Sample:
    """A training on eight GPUs, that waits for a disk in so many of ten looks."""
    gpus = [gpu({7: part}, uuid=f"GPU-{place}", index=place) for place, part in enumerate(parts)]
    looks = waits(processes_count=9, disk_count=int(at % 10 < waiting))
    work = row(waits=looks, gpu_percent=sum(parts), cpu_percent=cores, **HOLDS_GPU)
    return training(at, lambda _: work, gpus=gpus)


def test_of_several_gpus_the_busiest_tells_whether_they_have_time_left():
    assert ever(lambda at: on_eight(at, [40.0] * 8, 800.0), 40) == {("input-bound", "loader")}
    assert ever(lambda at: on_eight(at, [98.0] + [10.0] * 7, 800.0), 40) == set()
    (verdict,) = told(lambda at: on_eight(at, [40.0] * 8, 20.0, waiting=6), 40)
    assert (verdict.name, verdict.cause) == ("input-bound", "disk")
    assert (
        "the busiest of the 8 GPUs that it holds is busy 40 % of the time (system.gpus.GPU-0.utilization_percent)"
        in verdict.evidence
    )


def test_swap_that_nobody_waits_for_does_not_hide_what_the_input_is_waited_for():
    def make(at: int, **system: float) -> Sample:
        return training(at, lambda _: row(waits=waits(disk_count=int(at % 10 < 6)), cpu_percent=15.0), **system)

    assert ever(lambda at: make(at, swap=1.2e6, psi_io=30.0), 40) == {("input-bound", "disk")}
    assert ever(lambda at: make(at, swap=1.2e6, psi_io=30.0, psi_memory=20.0), 40) == set()


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
