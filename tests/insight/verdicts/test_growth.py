"""memory-creep and disk-full: what grows is forecast, what levels off or jumps is not."""

import random
from collections.abc import Callable

import pytest

from tests.insight.verdicts.windows import GIB, RUN, ever, found, machine, program, row, run, sample, told
from zeropoint.insight.verdicts.memory_creep import MemoryCreep
from zeropoint.model import Filesystem, Sample

MIB = 2**20


def grown(at: int, memory: Callable[[int], float], available: int = 16 * GIB) -> Sample:
    return sample(
        at, system=machine(available=available), workloads=[row(memory_bytes=round(memory(at)))], runs=[run(10 * at)]
    )


def test_memory_that_grows_at_each_step_is_told_with_its_time_to_exhaustion():
    (verdict,) = told(lambda at: grown(at, lambda at: GIB + 20 * MIB * at), 90)
    assert (verdict.name, verdict.workload, verdict.cause) == ("memory-creep", RUN, "growth")
    assert verdict.says == "digits grows by 1.2 GiB a minute: memory lasts 14 min"
    assert any("1.2 GiB to 1.2 GiB at 95 % (Theil-Sen), R2 1.000" in text for text in verdict.evidence)


def test_noise_hides_no_leak_and_widens_the_interval():
    scatter = random.Random(4)  # noqa: S311 - a made series
    (finding,) = found(
        MemoryCreep(), lambda at: grown(at, lambda at: GIB + 20 * MIB * at + scatter.gauss(0, 60 * MIB)), 120
    )
    assert finding.subject == RUN


@pytest.mark.parametrize(
    "memory",
    [
        lambda at: 4 * GIB,
        lambda at: 4 * GIB * min(1.0, at / 40),  # it fills its memory when it begins
        lambda at: 2 * GIB + 2 * GIB * (at > 45),  # one step of growth
        lambda at: 2 * GIB + GIB * (at % 20) / 20,  # what is taken is given back
        lambda at: GIB + MIB * at / 10,  # too little to be told from nothing
        lambda at: 4 * GIB * (1 - 2.0 ** (-at / 20)),  # it slows down
    ],
)
def test_memory_that_levels_off_jumps_or_comes_and_goes_is_not_told(memory: Callable[[int], float]):
    assert ever(lambda at: grown(at, memory), 300) == set()


def test_a_forecast_reaches_no_farther_than_what_was_seen_supports():
    # 20 MiB a second of 900 GiB would last half a day; a minute or two says nothing of that.
    assert ever(lambda at: grown(at, lambda at: GIB + 20 * MIB * at, 900 * GIB), 120) == set()


def test_what_makes_no_steps_must_grow_for_longer():
    def make(at: int) -> Sample:
        return sample(at, workloads=[program("cache", memory_bytes=GIB + 20 * MIB * at)])

    assert ever(make, 240) == set()
    assert [one.subject for one in told(make, 340)] == ["cache"]


def test_it_is_cleared_once_memory_stays_level():
    def make(at: int) -> Sample:
        return grown(at, lambda at: GIB + 20 * MIB * min(at, 100))

    assert [one.name for one in told(make, 95)] == ["memory-creep"]
    assert told(make, 220) == []


def disk(at: int, free: Callable[[int], float], written: float = 0.0) -> Sample:
    filesystem = Filesystem(mountpoint="/data", total_bytes=100 * GIB, free_bytes=round(free(at)), read_only=False)
    rows = [program("dd", write_bytes_per_second=written, cpu_percent=10.0)]
    return sample(at, system=machine(filesystems=[filesystem]), workloads=rows)


def test_a_file_system_that_fills_up_is_told_with_the_time_and_who_writes():
    (verdict,) = told(lambda at: disk(at, lambda at: 30 * GIB - 50 * MIB * at, 50 * MIB), 90)
    assert (verdict.name, verdict.subject, verdict.workload) == ("disk-full", "/data", "program:dd (ada)")
    assert verdict.cause == "written by dd"
    # At 12:01:30, 25.7 GiB are left at 50 MiB a second.
    assert verdict.says == "/data will be full in 9 min, by 2026-11-28 12:10 UTC"
    assert verdict.evidence[1].startswith("it loses 2.9 GiB a minute, 2.9 GiB to 2.9 GiB at 95 %")


def test_who_writes_is_not_named_where_nobody_writes_half_of_it():
    (verdict,) = told(lambda at: disk(at, lambda at: 30 * GIB - 50 * MIB * at, 5 * MIB), 90)
    assert (verdict.workload, verdict.cause) == ("machine", "unknown")


@pytest.mark.parametrize(
    "free",
    [
        lambda at: 30 * GIB,
        lambda at: 30 * GIB - 20 * GIB * (at > 60),  # one large file
        lambda at: 30 * GIB - GIB * (at % 30),  # written and deleted
        lambda at: 90 * GIB - MIB * at / 100,  # it lasts for months
    ],
)
def test_space_that_stays_or_comes_back_is_no_forecast(free: Callable[[int], float]):
    assert ever(lambda at: disk(at, free), 300) == set()


def test_a_full_file_system_is_told_without_a_trend():
    (verdict,) = told(lambda at: disk(at, lambda at: 0.5 * GIB), 30)
    assert verdict.says == "/data is full: 512 MiB are left"
