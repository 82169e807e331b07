"""The first line: whose machine it is, what the connection does, how old the picture is. Pure."""

from datetime import UTC, datetime

from textual.content import Content

from zeropoint.client import Gap, Sample, StateChanged
from zeropoint.terminal.components import moment
from zeropoint.terminal.figures import DASH, percent
from zeropoint.terminal.values import items, number, printable, text

STYLES = {"live": "$text-success", "polling": "$text-warning", "reconnecting": "$text-error"}
MARKS = {"live": "●", "polling": "◐", "reconnecting": "○"}
STALE_SECONDS = 5.0
STALE_INTERVALS = 3


def status_line(sample: Sample | None, state: StateChanged, age_seconds: float, place: str) -> Content:
    """`age_seconds` is how long ago the newest sample came; `place` is where samples come from."""
    taken = moment(text(sample, "timestamp"))
    clock = taken.astimezone().strftime("%H:%M:%S") if taken else DASH
    interval = number(sample, "interval_seconds") or 0.0
    old = f" {age_seconds:.0f} s ago" if age_seconds > max(STALE_SECONDS, STALE_INTERVALS * interval) else ""
    health = text(sample, "server", "health", longest=12) or DASH
    return Content.assemble(
        ("zeropoint ", "bold"),
        f" {text(sample, 'system', 'host', 'name', longest=32) or DASH}  ",
        (f" {MARKS.get(state.name, '○')} {state.name} ", STYLES.get(state.name, "$text-error")),
        (f" {clock}{old}", "$text-error" if old else ""),
        (f"  {health}", "" if health in ("healthy", DASH) else "$text-error"),
        (f"  own cost {percent(number(sample, 'server', 'cpu_percent'))}", "$text-muted"),
        (f"  {printable(place)}", "$text-muted"),
    )


def notice(sample: Sample | None, state: StateChanged, gap: Gap | None, now: datetime) -> str:
    """What needs saying: why nothing comes, what was lost, what does not work. Empty when all is well."""
    if state.name not in ("live", "idle"):
        until = (state.retry_at.astimezone(UTC) - now).total_seconds() if state.retry_at else None
        when = f", again in {max(0.0, until):.0f} s" if until is not None else ""
        return f"{state.name}{when}: {printable(state.reason or 'waiting for the first answer')}"
    if gap is not None:
        return f"{'samples' if gap.lost is None else f'{gap.lost:,} samples'} missing: {printable(gap.reason)}"
    failing = [
        f"{name} {text(one, 'status')}: {text(one, 'reason') or 'no reason is told'}"
        for name, one in items(sample, "server", "collectors")
        if text(one, "status") in ("failed", "hanging")
    ]
    return "; ".join(failing)
