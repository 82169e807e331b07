"""Bars of block characters."""

from collections.abc import Sequence

from textual.content import Content

EIGHTHS = " ▏▎▍▌▋▊▉"
HEIGHTS = "▁▂▃▄▅▆▇█"
FULL_PERCENT = 100.0
# From here on a resource is nearly used up.
HIGH_PERCENT = 90.0


def style(percent: float | None) -> str:
    return "$text-error" if percent is not None and percent >= HIGH_PERCENT else "$text-primary"


def bar(percent: float | None, width: int) -> Content:
    """A horizontal bar of `width` cells; an empty one where there is no value."""
    eighths = round(min(max(percent or 0.0, 0.0), FULL_PERCENT) / FULL_PERCENT * width * 8)
    whole, part = divmod(eighths, 8)
    filled = "█" * whole + (EIGHTHS[part] if part else "")
    return Content.assemble((filled, style(percent)), ("·" * (width - len(filled)), "$text-disabled"))


def heights(percents: Sequence[float | None]) -> Content:
    """One upright bar a value, a dot where there is none."""
    return Content.assemble(
        *(
            ("·", "$text-disabled") if percent is None else (HEIGHTS[_level(percent)], style(percent))
            for percent in percents
        )
    )


def _level(percent: float) -> int:
    return min(max(int(percent / FULL_PERCENT * len(HEIGHTS)), 0), len(HEIGHTS) - 1)
