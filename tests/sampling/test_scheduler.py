import asyncio
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.model import Component, Sample, Server
from zeropoint.probe import Probe, Reading, Roots
from zeropoint.sampling.assemble import SelfReport
from zeropoint.sampling.executor import Executor
from zeropoint.sampling.scheduler import Facts, Scheduler, missed_ticks, new_epoch, seconds_since_boot


@pytest.mark.parametrize(
    ("now", "missed"), [(9.9, 0), (10.0, 0), (10.9, 0), (11.0, 1), (11.9, 1), (12.0, 2), (20.5, 10)]
)
def test_only_whole_ticks_count_as_missed(now: float, missed: int):
    assert missed_ticks(10.0, now, 1.0) == missed


class Served:
    """A clock that the scheduler lives by: it wakes as late as is given for each tick, and each tick takes as long as
    is given. `due` are the times that it meant to wake at, `missed` what it told of before each tick but the first."""

    def __init__(self, start: float, interval: float, late: Sequence[tuple[float, float]]) -> None:
        self.now = start
        self.due: list[float] = []
        self.missed: list[int] = []
        self._late = list(late)
        self._scheduler = Scheduler([], interval, "e1", self._self_report, self._publish, **self.clocks())

    def clocks(self) -> dict[str, Any]:
        return {"clock": self.clock, "tick_clock": self.clock, "sleep": self.sleep}

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.due.append(self.now + seconds)
        if not self._late:
            raise asyncio.CancelledError
        self.now += max(0.0, seconds) + self._late[0][0]

    def serve(self) -> "Served":
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(self._scheduler.run())
        return self

    def _self_report(self, _: Facts) -> SelfReport:
        return SelfReport(Server(), {})

    def _publish(self, _: Sample, missed: int) -> None:
        self.missed.append(missed)
        self.now += self._late.pop(0)[1]


@given(
    st.floats(0, 1e6),
    st.floats(0.1, 60),
    st.lists(st.tuples(st.floats(0, 500), st.floats(0, 100)), min_size=1, max_size=50),
)
def test_ticks_do_not_drift_however_late_they_are_served(
    start: float, interval: float, late: list[tuple[float, float]]
):
    served = Served(start, interval, late).serve()
    ticks = 1
    for place, due in enumerate(served.due):
        assert due == pytest.approx(start + ticks * interval, rel=1e-9)
        if place < len(served.missed):
            ticks += served.missed[place] + 1
    assert len(served.missed) == len(late)


def test_the_ticks_that_a_machine_slept_through_are_missed_ones():
    served = Served(1000.0, 1.0, [(0.0, 0.1), (8 * 3600.0, 0.1), (0.0, 0.1)]).serve()
    assert served.missed == [0, 8 * 3600, 0]
    assert served.due == [1001.0, 1002.0, 1003.0 + 8 * 3600, 1004.0 + 8 * 3600]


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="Linux's clock")
def test_the_clock_of_the_ticks_counts_on_while_the_machine_is_suspended():
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert before <= seconds_since_boot() <= time.clock_gettime(time.CLOCK_BOOTTIME)


class Piped(Probe):
    """A component that is told by a file, read by a plain open, which blocks on a pipe."""

    name = "piped"
    section = "ai.components.piped"
    report = Component
    blocking = True
    limit_seconds = 5.0

    def read(self, roots: Roots, now: float) -> Reading:
        Path(roots.proc, "state").read_text()
        return Reading(Component(status="running", since="2026-11-24T09:50:48.123Z", last_updated="x", pids=[7]))


async def test_a_component_whose_read_hangs_is_at_work_until_what_is_known_of_it_is_too_old(tmp_path: Path):
    now = 1000.0
    taken: list[Sample] = []
    (tmp_path / "state").touch()
    executor = Executor(Piped(), Roots(proc=str(tmp_path)), lambda: now)
    scheduler = Scheduler(
        [executor],
        1.0,
        "e1",
        lambda _: SelfReport(Server(), {}),
        lambda sample, _: taken.append(sample),
        clock=lambda: now,
    )

    async def told() -> Component:
        await scheduler.first()
        return taken[-1].ai.components["piped"]

    assert (await told()).status == "running"
    (tmp_path / "state").unlink()
    os.mkfifo(tmp_path / "state")
    now = 1001.0
    assert (await told()).status == "running"
    now = 1010.0
    assert (await told()).status == "running", "it hangs, and what is known is 10 s old"
    now = 4600.0
    late = await told()
    assert (late.status, late.reason, late.since) == ("unknown", "no answer for 3599 s", None)
    assert (late.pids, late.last_updated) == ([7], "x"), "the last values stay, as everywhere"
    await asyncio.to_thread((tmp_path / "state").write_text, "")
    (tmp_path / "state").unlink()
    (tmp_path / "state").touch()
    while (await told()).status != "running":
        now += 1.0


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
