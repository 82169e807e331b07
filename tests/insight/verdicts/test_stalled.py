"""stalled: each cause where the evidence names it, none where it does not, and nothing in a healthy training."""

from functools import partial
from typing import Any

import pytest

from tests.insight.verdicts.windows import (
    GIB,
    NAME,
    RUN,
    ever,
    gpu,
    program,
    row,
    run,
    sample,
    stalled_from,
    told,
    training,
    waits,
)
from zeropoint.model import Component, Gpu, Section, Verdict, Workload

BEGIN = 20
RESTING = waits(runnable_count=0, cpu_wait_percent=0.0, cpu_wait_share_percent=None)


def resting(**changes: Any) -> Workload:
    return row(waits=waits(**{"runnable_count": 0, "cpu_wait_share_percent": None, **changes}), cpu_percent=0.0)


def test_a_training_that_makes_steps_is_not_stalled_whatever_its_machine_does():
    assert ever(training, 120) == set()
    assert not [
        cause for name, cause in ever(lambda at: training(at, psi_io=60.0, psi_cpu=80.0), 60) if name == "stalled"
    ]


@pytest.mark.parametrize(
    ("waiting", "system", "cause"),
    [
        (resting(stopped_count=1), {}, "stopped"),
        (resting(disk_count=1), {"psi_io": 70.0}, "disk"),
        (resting(network_count=1), {}, "network"),
        (
            row(waits=waits(cpu_wait_percent=98.0, cpu_wait_share_percent=97.0), cpu_percent=2.0),
            {"psi_cpu": 99.0},
            "cpu",
        ),
        # No turn at all: the kernel counts nothing of its waiting.
        (
            row(waits=waits(cpu_wait_percent=0.0, cpu_wait_share_percent=None), cpu_percent=0.0),
            {"psi_cpu": 99.0},
            "cpu",
        ),
        (resting(disk_count=1), {"psi_memory": 40.0, "psi_io": 50.0, "swap": 9e6}, "memory"),
    ],
)
def test_the_cause_is_named_where_the_evidence_separates_it(waiting: Workload, system: dict[str, Any], cause: str):
    verdicts = told(lambda at: stalled_from(at, BEGIN, waiting, **system), BEGIN + 14)
    (stalled,) = [one for one in verdicts if one.name == "stalled"]
    assert (stalled.workload, stalled.subject, stalled.cause) == (RUN, NAME, cause)
    assert stalled.says.startswith("digits has made no step for 14 s")
    # It began when the last step was made, not when it was found.
    assert stalled.since == "2026-11-28T12:00:19.000Z"
    assert "no step for 14 s, 0.1 s a step is usual (ai.runs.digits/1.step)" in stalled.evidence
    assert all("(" in text for text in stalled.evidence)


def test_nothing_is_told_before_ten_seconds_and_five_usual_steps():
    waiting = resting(disk_count=1)
    assert told(lambda at: stalled_from(at, BEGIN, waiting, psi_io=70.0), BEGIN + 9) == []

    def slow(at: int) -> Any:
        # A step takes 8 s: 30 s without one are no stall, 41 are.
        step, age = (at // 8, at % 8) if at < 40 else (4, at - 32)
        return sample(at, workloads=[waiting], runs=[run(step, age=age, step_seconds=8.0, usual=8.0, gap=8.0)])

    assert not [one for one in told(slow, 32 + 40) if one.name == "stalled"]
    assert [one.cause for one in told(slow, 32 + 44) if one.name == "stalled"] == ["disk"]


def test_rows_that_are_written_seldom_are_no_stall_between_them():
    # A row each 20 s, of steps that take a tenth of a second.
    def seldom(at: int) -> Any:
        row_at = at - at % 20 if at < 100 else 80
        return sample(at, workloads=[resting(disk_count=1)], runs=[run(10 * row_at, age=at - row_at, gap=20.0)])

    assert not [name for name, _ in ever(seldom, 180) if name == "stalled"]
    assert [one.cause for one in told(seldom, 80 + 104) if one.name == "stalled"] == ["disk"]


def test_before_it_is_known_how_often_rows_come_none_is_missed():
    def unknown(at: int) -> Any:
        return sample(at, workloads=[resting(disk_count=1)], runs=[run(7, age=at, gap=None)])

    assert not [name for name, _ in ever(unknown, 200) if name == "stalled"]


def test_of_a_component_it_is_seen_how_often_its_figures_change():
    class Latest(Section, frozen=True, kw_only=True):
        step: int

    class Training(Component, frozen=True, kw_only=True):
        latest: Latest

    def made(at: int, every: int, until: int) -> Any:
        step = 10 * (min(at, until) // every * every)
        waiting = row(
            "component:training", "training", "component", waits(runnable_count=0, disk_count=1), cpu_percent=0.0
        )
        report = Training(status="running", latest=Latest(step=step))
        return sample(at, workloads=[waiting], components={"training": report})

    assert not [name for name, _ in ever(lambda at: made(at, 15, 60), 130) if name == "stalled"]
    assert [one.cause for one in told(lambda at: made(at, 15, 60), 142) if one.name == "stalled"] == ["disk"]
    assert [one.cause for one in told(lambda at: made(at, 1, 60), 75) if one.name == "stalled"] == ["disk"]


def test_what_is_not_separated_is_unknown_and_told_later():
    waiting = row(waits=RESTING, cpu_percent=0.5)
    assert told(lambda at: stalled_from(at, BEGIN, waiting), BEGIN + 55) == []
    (stalled,) = told(lambda at: stalled_from(at, BEGIN, waiting), BEGIN + 65)
    assert stalled.cause == "unknown"
    assert (
        "a process waits for a disk in 0 of 10 looks (ledger.workloads.run:digits/1.waits.disk_count)"
        in stalled.evidence
    )


def test_a_disk_wait_in_a_few_looks_names_no_cause_unless_the_pressure_agrees():
    def seldom(at: int, psi_io: float) -> Any:
        waiting = resting(disk_count=int(at % 3 == 0))
        return stalled_from(at, BEGIN, waiting, psi_io=psi_io)

    assert told(lambda at: seldom(at, 0.5), BEGIN + 20) == []
    assert [one.cause for one in told(lambda at: seldom(at, 40.0), BEGIN + 20)] == ["disk"]


def test_of_disk_and_processor_the_one_that_is_waited_for_longer_is_named():
    def both(at: int, disk: int, waited: float) -> Any:
        waiting = waits(disk_count=int(at % 10 < disk), cpu_wait_percent=waited, cpu_wait_share_percent=90.0)
        return stalled_from(at, BEGIN, row(waits=waiting, cpu_percent=5.0), psi_io=30.0, psi_cpu=90.0)

    assert [one.cause for one in told(lambda at: both(at, 4, 60.0), BEGIN + 14) if one.name == "stalled"] == ["cpu"]
    assert [one.cause for one in told(lambda at: both(at, 7, 25.0), BEGIN + 14) if one.name == "stalled"] == ["disk"]


def test_what_works_on_something_is_left_alone_for_minutes():
    evaluating = row(waits=waits(), cpu_percent=100.0)
    assert ever(lambda at: stalled_from(at, BEGIN, evaluating), BEGIN + 170) == set()
    (stalled,) = told(lambda at: stalled_from(at, BEGIN, evaluating), BEGIN + 190)
    assert stalled.cause == "unknown"


def test_another_workload_that_has_the_gpu_is_told_from_one_that_is_idle():
    waiting = row(waits=RESTING, cpu_percent=1.0, gpu_percent=0.0, gpu_memory_bytes=8 * GIB, gpu_pids=[7])
    render = program("blender", gpu_percent=97.0, gpu_pids=[8])

    def stalled(*gpus: Gpu) -> Verdict:
        verdicts = told(lambda at: stalled_from(at, BEGIN, waiting, render, gpus=gpus), BEGIN + 14)
        (verdict,) = [one for one in verdicts if one.name == "stalled"]
        return verdict

    shared = stalled(gpu({7: 0.0, 8: 97.0}))
    assert (shared.cause, shared.says) == ("other-workload", "digits has made no step for 14 s: blender has the GPU")
    assert (
        "of H100 0, which it holds, blender has 97 % (system.gpus.GPU-1.processes.*.utilization_percent)"
        in shared.evidence
    )
    # The other one is on a GPU of its own.
    alone = stalled(gpu({7: 0.0}), gpu({8: 97.0}, uuid="GPU-2", index=1))
    assert alone.cause == "gpu-idle"
    assert "the GPU that it holds is busy 0 % of the time (system.gpus.GPU-1.utilization_percent)" in alone.evidence


@pytest.mark.parametrize("psi_memory", [0.0, 40.0])
def test_what_works_does_not_wait_for_memory_whatever_the_machine_swaps(psi_memory: float):
    working = row(waits=waits(), cpu_percent=100.0)
    verdicts = told(lambda at: stalled_from(at, BEGIN, working, swap=1.2e6, psi_memory=psi_memory), BEGIN + 14)
    assert verdicts == []


def test_a_wait_for_the_disk_of_a_machine_that_swaps_is_one_for_memory_only_where_the_pressure_agrees():
    for psi_memory, cause in ((1.0, "disk"), (15.0, "memory")):
        waiting = resting(disk_count=1)
        make = partial(stalled_from, begin=BEGIN, waiting=waiting, swap=1.2e6, psi_memory=psi_memory, psi_io=30.0)
        (verdict,) = [one for one in told(make, BEGIN + 14) if one.name == "stalled"]
        assert verdict.cause == cause


def test_it_is_cleared_soon_after_the_next_step():
    def make(at: int) -> Any:
        return stalled_from(at, BEGIN, resting(stopped_count=1)) if at < BEGIN + 20 else training(at)

    assert [one.cause for one in told(make, BEGIN + 20)] == ["stopped"]
    assert told(make, BEGIN + 23) == []


def test_work_without_steps_that_is_stopped_is_told_and_without_being_stopped_is_not():
    job = row("run:job/1", "job", waits=RESTING, cpu_percent=0.0)
    stopped = row("run:job/1", "job", waits=waits(stopped_count=1, runnable_count=0), cpu_percent=0.0)
    (verdict,) = told(lambda at: sample(at, workloads=[stopped]), 15)
    assert (verdict.name, verdict.cause, verdict.subject) == ("stalled", "stopped", "job")
    assert ever(lambda at: sample(at, workloads=[job]), 200) == set()


def test_a_run_that_has_ended_is_not_stalled():
    def make(at: int) -> Any:
        return training(at) if at < BEGIN else sample(at, workloads=[program("bash")])

    assert ever(make, 200) == set()


def test_rows_of_an_evaluation_that_name_no_step_are_progress():
    def make(at: int) -> Any:
        if at < BEGIN:
            return training(at)
        evaluation = run(0, age=0.5)
        return sample(
            at,
            workloads=[resting(disk_count=1)],
            runs=[type(evaluation)(id="digits/1", name=NAME, kind="job", row_age_seconds=0.5)],
        )

    assert not [name for name, _ in ever(make, 60) if name == "stalled"]
