"""Isolation of probes, with real files in place of a machine's."""

import asyncio
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from zeropoint.model import Host
from zeropoint.probe import Absent, Probe, Reading, Roots, read_file
from zeropoint.sampling.audit import Audited
from zeropoint.sampling.budget import Budget
from zeropoint.sampling.crew import Crew
from zeropoint.sampling.executor import Executor


class Uptime(Probe):
    """Reads `uptime` under the proc root."""

    name = "uptime"
    section = "system.host"
    fields = ("uptime_seconds",)

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        return Reading(Host(uptime_seconds=float(read_file(f"{roots.proc}/uptime"))))


class BlockingUptime(Uptime):
    """The same by a plain open, which blocks on a pipe."""

    blocking = True
    limit_seconds = 3.0

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        return Reading(Host(uptime_seconds=float(Path(roots.proc, "uptime").read_text())))


class NoUptime(Uptime):
    def read(self, roots: Roots, now: float) -> Reading | Absent:
        return Absent("this machine has no clock")


CREW = Crew("probes")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def executor(probe: Probe, proc: Path, clock: Clock) -> Executor:
    return Executor(probe, Roots(proc=str(proc)), clock)


def uptime_of(one: Executor) -> float | None:
    assert isinstance(one.reading, Audited)
    assert isinstance(one.reading.report, Host)
    return one.reading.report.uptime_seconds


def test_before_the_first_reading_it_waits(tmp_path: Path):
    state = executor(Uptime(), tmp_path, Clock()).state(100.0)
    assert (state.status, state.age_seconds, state.duration_seconds) == ("waiting", None, None)


def test_a_failure_keeps_the_last_good_value_with_its_age_and_the_reason(tmp_path: Path):
    clock = Clock()
    one = executor(Uptime(), tmp_path, clock)
    (tmp_path / "uptime").write_text("5.5")
    one.start(100.0, CREW)
    assert one.state(100.0).status == "ok"
    (tmp_path / "uptime").write_text("nonsense")
    one.start(101.0, CREW)
    state = one.state(107.0)
    assert (state.status, state.age_seconds) == ("failed", 7.0)
    assert state.reason is not None and "ValueError" in state.reason and "nonsense" in state.reason
    assert uptime_of(one) == 5.5
    (tmp_path / "uptime").write_text("9")
    one.start(108.0, CREW)
    assert one.state(108.0).status == "ok"
    assert uptime_of(one) == 9


def test_absent_is_not_failed(tmp_path: Path):
    one = executor(NoUptime(), tmp_path, Clock())
    one.start(100.0, CREW)
    assert (one.state(100.0).status, one.state(100.0).reason) == ("absent", "this machine has no clock")


def test_a_period_keeps_to_the_ticks(tmp_path: Path):
    class Seldom(NoUptime):
        period_seconds = 2.0

    one = executor(Seldom(), tmp_path, Clock())
    due = []
    for tick in range(6):
        now = 100.0 + tick + (0.01 if tick % 2 else 0.0)
        due.append(one.due(now))
        if due[-1]:
            one.start(now, CREW)
    assert due == [True, False, True, False, True, False]


def test_a_pipe_in_place_of_a_file_does_not_hold_a_plain_read(tmp_path: Path):
    os.mkfifo(tmp_path / "uptime")
    one = executor(Uptime(), tmp_path, Clock())
    one.start(100.0, CREW)
    state = one.state(100.0)
    assert state.status == "failed"
    assert state.reason is not None and "is not a regular file" in state.reason


async def test_a_read_that_hangs_costs_its_own_section_and_recovers(tmp_path: Path):
    clock = Clock()
    os.mkfifo(tmp_path / "uptime")
    one = executor(BlockingUptime(), tmp_path, clock)
    flight = one.start(100.0, Crew("one that hangs"))
    assert flight is not None
    assert not flight.done()
    assert not one.due(101.0), "one flight at a time"
    assert one.state(102.0).status == "waiting"
    assert one.state(104.0).status == "hanging"
    assert one.state(104.0).reason == "no answer for 4 s"
    thread = next(thread for thread in threading.enumerate() if thread.name == "one that hangs")
    assert thread.daemon, "it must not hold the exit"
    await asyncio.to_thread((tmp_path / "uptime").write_text, "77")
    await asyncio.wrap_future(flight)
    assert one.state(105.0).status == "ok"
    assert uptime_of(one) == 77
    assert one.state(105.0).age_seconds == 5.0, "the value is as old as the read that gave it"
    assert one.due(105.0)


def test_a_blocking_read_that_fails_is_a_failure_of_its_own(tmp_path: Path):
    one = executor(BlockingUptime(), tmp_path, Clock())
    flight = one.start(100.0, CREW)
    assert flight is not None
    assert isinstance(flight.exception(10), OSError)
    assert one.state(100.0).status == "failed"
    assert one.due(101.0)


@pytest.mark.parametrize(
    "answer", [None, {"a": 1}, Reading([1]), Reading(Host(name=object())), Reading(Host(name="\udcff"))]
)
def test_an_answer_that_no_sample_can_hold_is_the_probes_own_failure(tmp_path: Path, answer: Any):
    class Strange(Uptime):
        fields = ()

        def read(self, roots: Roots, now: float) -> Reading | Absent:
            return answer  # type: ignore[no-any-return]

    one = executor(Strange(), tmp_path, Clock())
    one.start(100.0, CREW)
    assert one.state(100.0).status == "failed"
    assert one.reading is None


class Dear(Uptime):
    """Uses 20 ms of CPU, then fails where there is no file."""

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        enough = time.thread_time() + 0.02
        while time.thread_time() < enough:
            pass
        return super().read(roots, now)


class BlockingDear(Dear):
    blocking = True


@pytest.mark.parametrize("probe", [Dear(), BlockingDear()])
@pytest.mark.parametrize("works", [True, False])
def test_the_cpu_time_of_a_reading_is_charged_to_its_probe(probe: Probe, works: bool, tmp_path: Path):
    if works:
        (tmp_path / "uptime").write_text("5.5")
    budget = Budget(1.0, 1.0)
    one = Executor(probe, Roots(proc=str(tmp_path)), Clock(), budget)
    flight = one.start(100.0, CREW)
    if flight is not None:
        flight.exception(10)
    state = one.state(100.0)
    assert state.status == ("ok" if works else "failed")
    assert state.cpu_percent is not None and state.cpu_percent >= 2.0
    assert (state.period_seconds, state.slowdown) == (1.0, 1.0)


def test_a_reading_that_waits_costs_no_cpu_time(tmp_path: Path):
    class Patient(NoUptime):
        def read(self, roots: Roots, now: float) -> Reading | Absent:
            used = time.thread_time()
            threading.Event().wait(0.2)
            self.used = time.thread_time() - used
            return super().read(roots, now)

    probe = Patient()
    one = executor(probe, tmp_path, Clock())
    one.start(100.0, CREW)
    assert probe.used <= one.cpu_seconds < 0.2


def test_a_slowed_probe_is_due_less_often(tmp_path: Path):
    budget = Budget(1.0, 1.0)
    one = Executor(NoUptime(), Roots(proc=str(tmp_path)), Clock(), budget)
    for tick in range(32):
        budget.charge_tick(100.0 + tick, 0.0)
        budget.charge("uptime", 100.0 + tick, 0.015, 0.0)
    review = budget.review(132.0)
    assert review is not None and review.slowed == {"uptime": 2.0}
    due = []
    for tick in range(32, 36):
        due.append(one.due(100.0 + tick))
        if due[-1]:
            one.start(100.0 + tick, CREW)
    assert due == [True, False, True, False]
    assert (one.state(136.0).period_seconds, one.state(136.0).slowdown) == (2.0, 2.0)
