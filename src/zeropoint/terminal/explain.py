"""Why values are dashes, as text: of the row under the cursor, of the sources, and of all else. Pure."""

from collections.abc import Iterator

from textual.content import Content

from zeropoint.client import Sample, StateChanged
from zeropoint.terminal.figures import DASH, amount, count, percent, rate, watts
from zeropoint.terminal.values import at, items, number, printable, reasons, text
from zeropoint.terminal.workloads import Row

FIELDS = (
    ("pids_count", count),
    ("cpu_percent", percent),
    ("memory_bytes", amount),
    ("read_bytes_per_second", rate),
    ("write_bytes_per_second", rate),
    ("received_bytes_per_second", rate),
    ("sent_bytes_per_second", rate),
    ("gpu_percent", percent),
    ("gpu_memory_bytes", amount),
    ("power_watts", watts),
)
BASIS = ("found_by", "cpu", "memory", "power")
NO_REASON = "no reason is told"


def explain_lines(sample: Sample, state: StateChanged, row: Row | None) -> Iterator[Content]:
    """All that can be said about what is missing, in lines."""
    told = reasons(sample)
    if row is not None:
        yield heading(f"{row.name}   {row.kind}".rstrip())
        yield from _of_row(sample, told, row)
    yield heading("connection")
    yield entry(state.name, printable(state.reason) if state.reason else "")
    bad = [
        (name, one)
        for name, one in items(sample, "server", "collectors")
        if text(one, "status") not in ("ok", "absent")
    ]
    if bad:
        yield heading("sources that do not answer")
    for name, one in bad:
        yield entry(f"{name}: {text(one, 'status') or '?'}", text(one, "reason") or NO_REASON)
    yield heading("values that are not known")
    for reason, paths in _by_reason(told).items():
        yield Content(f"  {reason}")
        yield Content.assemble((f"      {', '.join(paths)}", "$text-muted"))


def _by_reason(told: Sample) -> dict[str, list[str]]:
    """The paths that each reason is told of: most reasons are of many values."""
    grouped: dict[str, list[str]] = {}
    for missing in told.unavailable:
        grouped.setdefault(missing.reason, []).append(missing.path)
    return grouped


def _of_row(sample: Sample, told: Sample, row: Row) -> Iterator[Content]:
    found = _at_path(sample, row.path)
    if text(found, "user"):
        yield entry("user", text(found, "user") or "")
    for name, show in FIELDS:
        value = number(found, name)
        why = "" if value is not None else told.why(f"{row.path}.{name}") or NO_REASON
        yield entry(name, show(value) if value is not None else f"{DASH} {why}")
    for name in BASIS:
        if text(found, "basis", name):
            yield entry(f"basis: {name}", text(found, "basis", name) or "")


def _at_path(sample: Sample, path: str) -> object:
    """What a row of the ledger stands for: its path is ours, as in ledger.workloads[3] or ledger.other."""
    name, _, place = path.removeprefix("ledger.").partition("[")
    found = at(sample, "ledger", name)
    return found[int(place[:-1])] if place else found


def heading(words: str) -> Content:
    return Content.assemble((words, "bold underline"))


def entry(name: str, words: str) -> Content:
    return Content.assemble((f"  {name:<28} ", "$text-muted"), words)
