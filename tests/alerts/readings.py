"""Samples with one reading in them, at times of a test's own, and what an engine says of them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from zeropoint.alerts.engine import Engine
from zeropoint.alerts.parse_rules import parse_rules
from zeropoint.alerts.rule import Rule
from zeropoint.alerts.step import Step
from zeropoint.catalogue import describe
from zeropoint.model import Ai, Component, Cpu, Disk, Filesystem, Sample, Server, System, Verdict

SPECS = describe({"tinygrad": Component})
BEGAN = datetime(2026, 11, 24, 9, 50, 48, tzinfo=UTC)
CPU = "system.cpu.usage_percent"


def rules(*tables: dict[str, object], channels: Sequence[str] = ()) -> tuple[Rule, ...]:
    return parse_rules(list(tables), SPECS, channels)


def at(
    seconds: float,
    cpu: float | None = None,
    *,
    disks: dict[str, float | None] | None = None,
    verdicts: Sequence[str] = (),
    status: str | None = None,
    wall: datetime | None = None,
) -> Sample:
    """The sample of so many seconds after the start; `wall` is its time where the clock was set. `verdicts` are ids
    that begin with their names."""
    moment = wall or BEGAN + timedelta(seconds=seconds)
    return Sample(
        id=f"e1-{round(seconds) + 1}",
        timestamp=moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        interval_seconds=1.0,
        system=System(
            cpu=Cpu(usage_percent=cpu),
            disk=None
            if disks is None
            else Disk(
                filesystems=[Filesystem(mountpoint=mount, usage_percent=share) for mount, share in disks.items()]
            ),
        ),
        ai=Ai(components={} if status is None else {"tinygrad": Component(status=status)}),  # type: ignore[arg-type]
        verdicts=[verdict(id) for id in verdicts],
        server=Server(uptime_seconds=100.0 + seconds),
        unavailable=[],
    )


def verdict(id: str) -> Verdict:
    return Verdict(
        id=id,
        name=id.split(maxsplit=1)[0],
        workload="machine",
        subject="it",
        since="2026-11-24T09:50:40.000Z",
        cause="unknown",
        says=f"{id} says so",
        evidence=["61 % (system.disk.pressure.some.now_percent)"],
        refuted_by="nothing",
    )


def told(steps: Iterable[Step]) -> list[str]:
    """As in `fired send`."""
    return [f"{step.event.kind} {step.action}" for step in steps]


def follow(engine: Engine, samples: Iterable[Sample]) -> list[tuple[int, str]]:
    """What is told, with the place of the sample that brings it."""
    return [(place, words) for place, sample in enumerate(samples) for words in told(engine.look(sample))]
