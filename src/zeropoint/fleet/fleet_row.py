"""What the page of a fleet shows of one machine. Numbers are as coarse as they are shown, so that a row stays the same
as long as it would look the same, and only rows that have changed need to be sent."""

from typing import Annotated

from msgspec import Meta, Struct

from zeropoint.fleet.clock import is_wrong
from zeropoint.fleet.machines import Known, State
from zeropoint.fleet.summary import AlertNow, ComponentNow, Summary, VerdictNow, WorkloadNow
from zeropoint.texts import rfc3339

# A row has a line's room for each of these; the counts tell of more.
MOST_TOLD = 3


class WorkloadRow(Struct, frozen=True):
    """One of those that use most."""

    id: str
    name: str
    kind: str
    cpu_percent: Annotated[int | None, Meta(description="Of one core")]
    gpu_percent: Annotated[int | None, Meta(description="Of one GPU")]


class RunRow(Struct, frozen=True):
    """A run that lives."""

    id: str
    name: str
    kind: str


class FleetRow(Struct, frozen=True):
    """One machine as it was last heard. What is null its own sample has with the reason."""

    id: str
    name: Annotated[str, Meta(description="Several machines may have the same")]
    status: Annotated[State, Meta(description="live; silent: nothing comes from it; unknown: the bus is not heard")]
    last_seen: Annotated[
        str | None, Meta(description="When the bus stored its newest sample; RFC 3339; null while it is live")
    ]
    clock_ahead_seconds: Annotated[
        int | None,
        Meta(description="By how much its clock is ahead of the bus's; null where that is 5 s or less, or unknown"),
    ]
    cpu_percent: Annotated[int | None, Meta(description="Of the whole machine")]
    memory_percent: int | None
    gpus_count: int
    gpu_percents: Annotated[list[int | None], Meta(description="Use of each GPU, of the first 8")]
    components: list[ComponentNow]
    runs: list[RunRow]
    runs_count: int
    verdicts: Annotated[list[VerdictNow], Meta(description="The first 3")]
    verdicts_count: int
    alerts: Annotated[list[AlertNow], Meta(description="Those that fire, the worst first, at most 3")]
    alerts_count: int
    workloads: Annotated[list[WorkloadRow], Meta(description="Those that use a whole percent of CPU or GPU, at most 3")]


def fleet_row(known: Known, state: State) -> FleetRow:
    now, ahead = known.summary, known.clock.ahead_seconds if known.clock else None
    return FleetRow(
        id=known.machine.id,
        name=known.machine.name,
        status=state,
        last_seen=None if state == "live" else rfc3339(known.time_ms / 1000),
        clock_ahead_seconds=_whole(ahead) if is_wrong(ahead) else None,
        cpu_percent=_whole(now.cpu_percent),
        memory_percent=_whole(now.memory_percent),
        gpus_count=now.gpus_count,
        gpu_percents=[_whole(percent) for percent in now.gpu_percents],
        components=now.components,
        runs=[RunRow(run.id, run.name, run.kind) for run in now.runs],
        runs_count=now.runs_count,
        verdicts=now.verdicts[:MOST_TOLD],
        verdicts_count=now.verdicts_count,
        alerts=now.alerts[:MOST_TOLD],
        alerts_count=now.alerts_count,
        workloads=_workloads(now),
    )


def _workloads(now: Summary) -> list[WorkloadRow]:
    """In an order that hundredths of a percent do not change."""
    rows = [_workload(one) for one in now.workloads]
    used = [row for row in rows if row.cpu_percent or row.gpu_percent]
    return sorted(used, key=lambda row: (-(row.cpu_percent or 0) - (row.gpu_percent or 0), row.id))


def _workload(one: WorkloadNow) -> WorkloadRow:
    return WorkloadRow(one.id, one.name, one.kind, _whole(one.cpu_percent), _whole(one.gpu_percent))


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)
