"""What is recorded of two runs and is not the same, and what they are called. Pure."""

from collections.abc import Iterator

from zeropoint.insight.run_comparison import ComparedRun, Told
from zeropoint.model import Receipt, RunRecord
from zeropoint.texts import parse_time

RECEIPT = "receipt."
# What `zeropoint run` read of the whole run: one number each, without an interval.
OF_RECEIPT = (
    "wall_seconds",
    "cpu_seconds",
    "gpu_seconds",
    "cpu_energy_joules",
    "gpu_energy_joules",
    "peak_memory_bytes",
    "peak_gpu_memory_bytes",
    "peak_processes",
    "read_bytes",
    "write_bytes",
)


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
    for name in OF_RECEIPT:
        both = _of_receipt(a.entry.receipt, name), _of_receipt(b.entry.receipt, name)
        if both[0] != both[1]:
            yield Told(name=f"{RECEIPT}{name}", a=both[0], b=both[1])


def _of_receipt(receipt: Receipt | None, name: str) -> float | None:
    value: float | None = getattr(receipt, name, None)
    return value
