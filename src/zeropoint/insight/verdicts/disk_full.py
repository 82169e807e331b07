"""disk-full: a file system will be full by a time that can be forecast, or is."""

from collections.abc import Iterable, Set
from datetime import UTC, datetime
from typing import ClassVar

from zeropoint.insight.verdicts.look import mean
from zeropoint.insight.verdicts.rule import MACHINE, UNKNOWN, Finding, Rule
from zeropoint.insight.verdicts.track import Track
from zeropoint.insight.verdicts.trend import Trend, trend_of
from zeropoint.insight.verdicts.window import Window
from zeropoint.insight.verdicts.words import in_bytes, in_percent, in_seconds

LEAST_SECONDS = 60.0
SPANS_SECONDS = (300.0, 3600.0)
# How far ahead a forecast over so long a time says something, in times of that.
REACH = 50.0
FARTHEST_SECONDS, HELD_SECONDS = 24 * 3600.0, 30 * 3600.0
STRAIGHT, PART = 0.9, 0.33
FULL_SHARE, HELD_FULL_SHARE = 0.01, 0.02
# Of what the file system loses, to be named as the one who writes it.
WRITER_SHARE = 0.5
WRITER_SECONDS = 30.0


class DiskFull(Rule):
    name: ClassVar[str] = "disk-full"
    refuted_by: ClassVar[str] = "free space that stays level or grows again"
    begin_seconds: ClassVar[float] = 10.0
    clear_seconds: ClassVar[float] = 30.0
    every_seconds: ClassVar[float] = 5.0

    def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
        for filesystem in window.now.filesystems():
            mount, total, free = filesystem.mountpoint, filesystem.total_bytes, filesystem.free_bytes
            track = window.free.get(mount)
            if track is None or not total or free is None or filesystem.read_only:
                continue
            share = free / total
            is_full = share < (HELD_FULL_SHARE if mount in held else FULL_SHARE)
            trend = decline_of(track)
            lasts = free / -trend.slope if trend else float("inf")
            farthest = HELD_SECONDS if mount in held else FARTHEST_SECONDS
            if trend is not None and lasts > min(farthest, REACH * trend.seconds):
                trend = None
            if not is_full and trend is None:
                continue
            state = f"{in_bytes(free)} of {in_bytes(total)} are free, {in_percent(100 * share)}"
            evidence = [f"{state} (system.disk.filesystems.{mount}.free_bytes)"]
            says = f"{mount} is full: {in_bytes(free)} are left"
            workload, cause = MACHINE, UNKNOWN
            if trend is not None:
                by = datetime.fromtimestamp(window.now.at + lasts, UTC)
                says = f"{mount} will be full in {in_seconds(lasts)}, by {by:%Y-%m-%d %H:%M} UTC"
                evidence.append(
                    f"it loses {in_bytes(-60 * trend.slope)} a minute, {in_bytes(-60 * trend.high)} to "
                    f"{in_bytes(-60 * trend.low)} at 95 % (Theil-Sen) over {in_seconds(trend.seconds)}, "
                    f"R2 {trend.r_squared:.3f}"
                )
                workload, cause, text = writer_of(window, -trend.slope)
                evidence.append(text)
            yield Finding(
                subject=mount, called=mount, workload=workload, cause=cause, says=says, evidence=tuple(evidence)
            )


def decline_of(track: Track) -> Trend | None:
    """The trend where free space falls steadily, over the nearest span that shows it."""
    for span in SPANS_SECONDS:
        first = max(0, len(track.values) - 1 - int(span / 5))
        if track.seconds < LEAST_SECONDS or track.values[-1] >= track.values[first]:
            continue
        recent = track.last(span)
        trend = trend_of(recent.times, recent.values)
        if trend is None or trend.high >= 0 or trend.r_squared < STRAIGHT:
            continue
        if max(trend.parts) <= PART * trend.slope:
            return trend
    return None


def writer_of(window: Window, bytes_per_second: float) -> tuple[str, str, str]:
    """The workload that writes most of it, where one does; its name as the cause, and the evidence."""
    moments = window.last(WRITER_SECONDS)
    written = {
        row.id: mean(
            other.write_bytes_per_second for moment in moments if (other := moment.workloads.get(row.id)) is not None
        )
        or 0.0
        for row in window.now.workloads.values()
        if row.kind != "kernel"
    }
    most = max(written, key=lambda id: written[id], default=None)
    if most is None or written[most] < WRITER_SHARE * bytes_per_second:
        return (
            MACHINE,
            UNKNOWN,
            "no workload that is told writes half of it (ledger.workloads.*.write_bytes_per_second)",
        )
    row = window.now.workloads[most]
    text = f"{row.name} writes {in_bytes(written[most])}/s (ledger.workloads.{most}.write_bytes_per_second)"
    return most, f"written by {row.name}", text
