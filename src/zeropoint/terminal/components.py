"""AI components as lines: state, since when, and the newest figures or the reason. Pure."""

from datetime import UTC, datetime
from typing import Any

from textual.content import Content

from zeropoint.client import Sample
from zeropoint.terminal.figures import duration, plain
from zeropoint.terminal.machine import label
from zeropoint.terminal.values import items, number, text

# The state is told by a mark and a word; colour is a third sign.
MARKS = {"running": "●", "idle": "◐", "stopped": "○", "failed": "✗", "unknown": "?"}
STYLES = {"running": "$text-success", "failed": "$text-error", "unknown": "$text-warning"}
LATEST = ("step", "loss", "tokens_per_second", "frames_per_second")
NAME_CELLS = 12


def component_lines(sample: Sample, width: int) -> list[Content]:
    """A line for each component of which there is a trace, and one that names all others."""
    there, absent = [], []
    now = moment(text(sample, "timestamp"))
    for name, component in items(sample, "ai", "components"):
        if text(component, "status") == "absent":
            absent.append(name)
        else:
            there.append(_line(name, component, now))
    if absent:
        there.append(Content(f"absent: {', '.join(absent)}"))
    return [label("AI" if place == 0 else "") + line for place, line in enumerate(there)]


def _line(name: str, component: Any, now: datetime | None) -> Content:
    status = text(component, "status", longest=12) or "unknown"
    since = moment(text(component, "since"))
    for_seconds = (now - since).total_seconds() if now and since else None
    return Content.assemble(
        f"{name:<{NAME_CELLS}} ",
        (f"{MARKS.get(status, '?')} {status:<8}", STYLES.get(status, "")),
        f" {duration(for_seconds):>6}   ",
        (_news(component), "$text-muted"),
    )


def _news(component: Any) -> str:
    figures = [(name, number(component, "latest", name)) for name in LATEST]
    told = [f"{name.replace('_', ' ')} {plain(value)}" for name, value in figures if value is not None]
    return "   ".join(told) or text(component, "reason") or ""


def moment(value: str | None) -> datetime | None:
    """An RFC 3339 time; None for what is none."""
    try:
        found = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
