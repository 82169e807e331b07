"""What is recorded of two runs and is not the same, and what they are called. Pure."""

from collections.abc import Iterator

from zeropoint.insight.run_comparison import ComparedRun, Told
from zeropoint.model import RunRecord
from zeropoint.texts import parse_time


def compared_run(record: RunRecord, rows: int, now_seconds: float) -> ComparedRun:
    entry = record.entry
    started, ended = parse_time(entry.started), parse_time(entry.ended)
    end = ended if ended is not None else now_seconds if entry.status == "running" else None
    return ComparedRun(
        id=entry.id,
        name=entry.name,
        kind=entry.kind,
        status=entry.status,
        started=entry.started,
        ended=entry.ended,
        seconds=None if started is None or end is None or end < started else end - started,
        rows=rows,
        workload=record.workload,
    )


def told_apart(a: RunRecord, b: RunRecord) -> Iterator[Told]:
    for name in ("revision", "host", "command"):
        if getattr(a, name) != getattr(b, name):
            yield Told(name=name, a=getattr(a, name), b=getattr(b, name))
    if a.entry.kind != b.entry.kind:
        yield Told(name="kind", a=a.entry.kind, b=b.entry.kind)
    given = a.entry.hyperparameters, b.entry.hyperparameters
    for name in dict.fromkeys([*given[0], *given[1]]):
        if (name in given[0], given[0].get(name)) != (name in given[1], given[1].get(name)):
            yield Told(name=f"hyperparameters.{name}", a=given[0].get(name), b=given[1].get(name))
