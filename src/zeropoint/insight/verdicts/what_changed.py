"""What else changed at a moment: numbers of the machine and of other workloads, before it and after. Pure."""

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from msgspec import Struct

from zeropoint.insight.verdicts.moment import Moment, stall_percent
from zeropoint.insight.verdicts.words import in_percent

# Looked at on each side.
SIDE_SECONDS, FEWEST_LOOKS = 20.0, 5
# In units of the number's own scatter (1.4826 times the median deviation is the standard deviation's like).
LEAST_CHANGE, SCATTER = 4.0, 1.4826


class Change(Struct, frozen=True):
    """`strength` is the change in units of scatter, and orders what changed."""

    cause: str
    says: str
    metric: str
    strength: float


class Watched(Struct, frozen=True):
    """A number that tells of a cause: `least` is the smallest change that counts, in its own unit, and `rises` whether
    it does so by rising. The words are told with the values before and after."""

    cause: str
    words: str
    metric: str
    of: Callable[[Moment], float | None]
    least: float
    rises: bool = True
    in_words: Callable[[float], str] = in_percent


MACHINE_NUMBERS: tuple[Watched, ...] = (
    Watched(
        "memory",
        "PSI memory of all tasks",
        "system.memory.pressure.full.now_percent",
        lambda moment: stall_percent(moment.memory.pressure.full if moment.memory.pressure else None),
        5.0,
    ),
    Watched(
        "disk",
        "PSI io",
        "system.disk.pressure.some.now_percent",
        lambda moment: stall_percent(moment.disk.pressure.some if moment.disk.pressure else None),
        15.0,
    ),
    Watched(
        "cpu",
        "PSI cpu",
        "system.cpu.pressure.some.now_percent",
        lambda moment: stall_percent(moment.cpu.pressure.some if moment.cpu.pressure else None),
        15.0,
    ),
    Watched(
        "hypervisor",
        "the hypervisor takes",
        "system.cpu.times_percent.steal",
        lambda moment: moment.cpu.times_percent.steal if moment.cpu.times_percent else None,
        10.0,
    ),
    Watched(
        "cpu-quota",
        "periods of the CPU quota that were throttled",
        "system.host.container.cpu_throttled_percent",
        lambda moment: moment.quota_percent,
        15.0,
    ),
    Watched(
        "cpu-clock",
        "the processors' frequency",
        "system.cpu.frequency_hz",
        lambda moment: moment.cpu.frequency_hz,
        2e8,
        False,
        lambda hertz: f"{hertz / 1e9:.2f} GHz",
    ),
)


def changes_at(moments: Sequence[Moment], at: float, workload: str) -> list[Change]:
    """What changed then, the strongest first; nothing where too little before it or after it was watched."""
    before = [moment for moment in moments if at - SIDE_SECONDS <= moment.at < at]
    after = [moment for moment in moments if at <= moment.at <= at + SIDE_SECONDS]
    if min(len(before), len(after)) < FEWEST_LOOKS:
        return []
    found = [
        change for watched in watched_of(after[-1], workload) if (change := _change(watched, before, after)) is not None
    ]
    return sorted(found, key=lambda change: -change.strength)


def watched_of(moment: Moment, workload: str) -> Iterator[Watched]:
    """All numbers that are held against the moment of a change: the machine's, GPUs', and other workloads'."""
    yield from MACHINE_NUMBERS
    for gpu in moment.gpus:
        uuid = gpu.uuid
        yield Watched(
            "gpu-clock",
            f"the clock of {gpu.name or 'the GPU'}",
            f"system.gpus.{uuid}.clock_hz",
            lambda moment, uuid=uuid: next((one.clock_hz for one in moment.gpus if one.uuid == uuid), None),  # type: ignore[misc]
            1e8,
            False,
            lambda hertz: f"{hertz / 1e9:.2f} GHz",
        )
    for row in moment.workloads.values():
        if row.id != workload and row.kind != "kernel":
            for field, kind, least in (("cpu_percent", "core", 30.0), ("gpu_percent", "GPU", 10.0)):
                yield Watched(
                    f"workload {row.name}",
                    f"{row.name} uses of a {kind}",
                    f"ledger.workloads.{row.id}.{field}",
                    lambda moment, id=row.id, field=field: _used(moment, id, field),  # type: ignore[misc]
                    least,
                )


def _used(moment: Moment, id: str, field: str) -> float | None:
    """Who has no row uses too little to be told."""
    row = moment.workloads.get(id)
    value: float | None = 0.0 if row is None else getattr(row, field)
    return value


def _change(watched: Watched, before: Sequence[Moment], after: Sequence[Moment]) -> Change | None:
    first = [value for moment in before if (value := watched.of(moment)) is not None]
    second = [value for moment in after if (value := watched.of(moment)) is not None]
    if min(len(first), len(second)) < FEWEST_LOOKS:
        return None
    was, now = median(first), median(second)
    grown = (now - was) if watched.rises else (was - now)
    if grown < watched.least:
        return None
    scatter = SCATTER * max(
        median(abs(value - was) for value in first), median(abs(value - now) for value in second), watched.least / 10
    )
    strength = grown / scatter
    if strength < LEAST_CHANGE:
        return None
    says = f"{watched.words} {watched.in_words(now)}, {watched.in_words(was)} before"
    return Change(watched.cause, says, watched.metric, strength)
