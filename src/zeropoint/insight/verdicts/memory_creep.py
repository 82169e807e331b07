"""memory-creep: the memory of a workload grows steadily, and when the machine's will be used up.

Work fills its memory when it begins, which looks the same for a while: so it must have grown in each quarter of the
time, and for longer where it makes no steps, since a loader that fills a cache makes none.
"""

from collections.abc import Iterable, Set
from typing import ClassVar

from zeropoint.insight.verdicts.moment import Moment
from zeropoint.insight.verdicts.rule import Finding, Rule
from zeropoint.insight.verdicts.track import Track
from zeropoint.insight.verdicts.trend import Trend, trend_of
from zeropoint.insight.verdicts.window import Window
from zeropoint.insight.verdicts.words import in_bytes, in_percent, in_seconds

STEPS_SECONDS, NO_STEPS_SECONDS = 60.0, 300.0
# How far it looks back, the nearest first: a leak that began just now is no straight line over an hour.
SPANS_SECONDS = (300.0, 3600.0)
LEAST_GROWTH_BYTES, LEAST_GROWTH_SHARE = 64 * 1024**2, 0.05
STRAIGHT = 0.9
# Each quarter grows at least at this part of the whole's pace: to begin, and to go on.
BEGIN_PART, HOLD_PART = 0.33, 0.15
# How far ahead a forecast over so long a time says something, in times of that.
REACH = 50.0


class MemoryCreep(Rule):
    name: ClassVar[str] = "memory-creep"
    refuted_by: ClassVar[str] = "memory that stays level while it works on, or falls again"
    begin_seconds: ClassVar[float] = 10.0
    clear_seconds: ClassVar[float] = 20.0
    every_seconds: ClassVar[float] = 5.0

    def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
        left, limited_by = memory_left(window.now)
        if left is None:
            return
        for workload, track in window.memory.items():
            row = window.now.workloads.get(workload)
            if row is None or row.kind == "kernel":
                continue
            part = HOLD_PART if workload in held else BEGIN_PART
            trend = creep_of(track, least_seconds(window, workload), part)
            if trend is None or left / trend.slope > REACH * trend.seconds:
                continue
            lasts = in_seconds(left / trend.slope)
            yield Finding(
                subject=workload,
                called=row.name,
                workload=workload,
                cause="growth",
                says=f"{row.name} grows by {in_bytes(60 * trend.slope)} a minute: memory lasts {lasts}",
                evidence=(
                    f"it has {in_bytes(track.values[-1])}, {in_bytes(trend.slope * trend.seconds)} more than "
                    f"{in_seconds(trend.seconds)} ago (ledger.workloads.{workload}.memory_bytes)",
                    f"{in_bytes(60 * trend.slope)} a minute, {in_bytes(60 * trend.low)} to {in_bytes(60 * trend.high)} "
                    f"at 95 % (Theil-Sen), R2 {trend.r_squared:.3f}",
                    f"{in_bytes(left)} are left ({limited_by}), which lasts {lasting(left, trend)}",
                    f"memory of the machine in use {in_percent(window.now.memory.usage_percent or 0.0)} "
                    "(system.memory.usage_percent)",
                ),
                began_at=track.times[-1] - trend.seconds,
            )


def least_seconds(window: Window, workload: str) -> float:
    job = window.jobs.get(workload)
    return STEPS_SECONDS if job is not None and len(job.paces) > 1 else NO_STEPS_SECONDS


def creep_of(track: Track, least: float, part: float) -> Trend | None:
    """The trend where it is one of growth, over the nearest span that shows it."""
    for span in SPANS_SECONDS:
        if track.seconds < least or not has_grown(track, span):
            continue
        recent = track.last(span)
        trend = trend_of(recent.times, recent.values)
        if trend is not None and is_creep(trend, recent.values[0], part):
            return trend
    return None


def has_grown(track: Track, span: float) -> bool:
    """What costs little to know: most tracks need no more."""
    first = max(0, len(track.values) - 1 - int(span / 5))
    return track.values[-1] - track.values[first] >= LEAST_GROWTH_BYTES / 2


def is_creep(trend: Trend, first_bytes: float, part: float) -> bool:
    grown = trend.slope * trend.seconds
    return (
        grown >= max(LEAST_GROWTH_BYTES, LEAST_GROWTH_SHARE * first_bytes)
        and trend.low > 0
        and trend.r_squared >= STRAIGHT
        and min(trend.parts) >= part * trend.slope
    )


def memory_left(moment: Moment) -> tuple[float | None, str]:
    """What may still be used, and what says so: the machine's, or the container's where that is less."""
    available, limit = moment.memory.available_bytes, moment.memory_limit_left_bytes
    if limit is not None and (available is None or limit < available):
        return limit, "system.host.container.memory_limit_bytes less memory_used_bytes"
    return available, "system.memory.available_bytes"


def lasting(left: float, trend: Trend) -> str:
    return f"{in_seconds(left / trend.high)} to {in_seconds(left / trend.low)}"
