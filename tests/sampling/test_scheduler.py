import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.model import Sample, Server
from zeropoint.sampling.assemble import SelfReport
from zeropoint.sampling.scheduler import Facts, Scheduler, missed_ticks, new_epoch


@pytest.mark.parametrize(
    ("now", "missed"), [(9.9, 0), (10.0, 0), (10.9, 0), (11.0, 1), (11.9, 1), (12.0, 2), (20.5, 10)]
)
def test_only_whole_ticks_count_as_missed(now: float, missed: int):
    assert missed_ticks(10.0, now, 1.0) == missed


@given(st.floats(0.1, 60), st.lists(st.floats(0, 500), min_size=1, max_size=50), st.floats(0, 1e6))
def test_ticks_do_not_drift_however_late_they_are_served(interval: float, delays: list[float], start: float):
    due, ticks = start, 0
    for delay in delays:
        missed = missed_ticks(due, due + delay, interval)
        ticks += missed + 1
        due += (missed + 1) * interval
    assert due == pytest.approx(start + ticks * interval, rel=1e-9)


async def test_samples_are_numbered_without_holes_and_what_was_missed_is_told():
    taken: list[tuple[Sample, int]] = []
    enough = asyncio.Event()

    def publish(sample: Sample, missed: int) -> None:
        taken.append((sample, missed))
        if len(taken) == 5:
            enough.set()

    facts: list[Facts] = []

    def self_report(told: Facts) -> SelfReport:
        facts.append(told)
        return SelfReport(Server(samples_total=told.samples_total), {})

    scheduler = Scheduler([], 0.1, "e1", self_report, publish)
    await scheduler.first()
    running = asyncio.create_task(scheduler.run())
    await enough.wait()
    running.cancel()
    assert [sample.id for sample, _ in taken] == [f"e1-{n}" for n in range(1, 6)]
    assert facts[-1].samples_total == 5
    assert facts[-1].missed_ticks_total == sum(missed for _, missed in taken)


def test_an_epoch_is_newer_the_later_it_starts():
    early, late = (new_epoch(datetime(2026, 11, 24, second=second, tzinfo=UTC)) for second in (1, 2))
    assert int(early, 36) < int(late, 36)
    assert len(late) == 8


async def test_a_tick_that_fails_is_a_missed_one_and_the_next_goes_on():
    taken: list[tuple[Sample, int]] = []
    enough = asyncio.Event()
    failures = iter([False, True, True, False])

    def self_report(told: Facts) -> SelfReport:
        if next(failures, False):
            raise OSError("a failure of our own")
        return SelfReport(Server(), {})

    def publish(sample: Sample, missed: int) -> None:
        taken.append((sample, missed))
        if len(taken) == 2:
            enough.set()

    scheduler = Scheduler([], 0.1, "e1", self_report, publish)
    await scheduler.first()
    running = asyncio.create_task(scheduler.run())
    await enough.wait()
    running.cancel()
    assert [sample.id for sample, _ in taken] == ["e1-1", "e1-2"]
    assert taken[1][1] >= 2
