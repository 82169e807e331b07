"""Probes of what few machines have."""

from typing import ClassVar

from zeropoint.model import Component, Sample, Section, Server
from zeropoint.probe import Absent, Probe, Reading, Roots
from zeropoint.sampling.assemble import SelfReport
from zeropoint.sampling.executor import Executor
from zeropoint.sampling.scheduler import Scheduler


class Rare(Probe):
    """Found from its third reading on."""

    name: ClassVar[str] = "rare"
    section: ClassVar[str] = "ai.components.rare"
    report: ClassVar[type[Section]] = Component
    optional: ClassVar[bool] = True

    def __init__(self) -> None:
        self.readings = 0

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        self.readings += 1
        if self.readings < 3:
            return Absent("not there yet")
        if self.readings == 4:
            raise OSError("it hurts")
        return Reading(Component(status="idle"), {"last_updated": "never", "pids": "none"})


async def test_an_optional_probe_is_left_out_until_there_is_something_to_read_and_then_stays():
    samples: list[Sample] = []
    scheduler = Scheduler(
        [Executor(Rare(), Roots())],
        1.0,
        "e1",
        lambda facts: SelfReport(Server(collectors=facts.collectors), {}),
        lambda sample, _: samples.append(sample),
    )
    for _ in range(5):
        await scheduler.first()
    assert ["rare" in sample.ai.components for sample in samples] == [False, False, True, True, True]
    assert ["rare" in sample.server.collectors for sample in samples] == [False, False, True, True, True]
    assert not any("rare" in row.path for sample in samples[:2] for row in sample.unavailable)
    assert [sample.server.collectors["rare"].status for sample in samples[2:]] == ["ok", "failed", "ok"]
