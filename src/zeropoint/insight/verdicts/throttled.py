"""throttled: a GPU that works is held down by heat, by its power limit or by a brake from outside.

Most GPUs run into their power limit in hard work, and lose some percent of their clock: that is how they are made, so
power is told only where they lose much. Heat is told as soon as it lasts.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import ClassVar

from zeropoint.insight.verdicts.look import mean
from zeropoint.insight.verdicts.rule import Finding, Rule
from zeropoint.insight.verdicts.window import Window
from zeropoint.insight.verdicts.words import in_percent
from zeropoint.model import Gpu

LOOKED_AT_SECONDS, FEWEST_LOOKS = 30.0, 10
BEGIN_SHARE, HOLD_SHARE = 0.5, 0.25
WORKING_PERCENT = 30.0
# Of its highest clock.
LOST_CLOCK_SHARE, HELD_CLOCK_SHARE = 0.8, 0.85
# Words of the drivers' reasons: nvml.h, amdgpu_smu.h, xe_gt_throttle.c.
HEAT = ("therm", "temperature", "hot")
POWER = ("power", "current", "pl1", "pl2", "pl4", "hardware slowdown")


class Throttled(Rule):
    name: ClassVar[str] = "throttled"
    refuted_by: ClassVar[str] = "a clock that is as low at the same work when the GPU is cool and below its power limit"
    begin_seconds: ClassVar[float] = 5.0
    clear_seconds: ClassVar[float] = 15.0

    def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
        for gpu in window.now.gpus:
            if not gpu.throttle_reasons and gpu.uuid not in held:
                continue
            moments = window.last(LOOKED_AT_SECONDS)
            seen = [one for moment in moments for one in moment.gpus if one.uuid == gpu.uuid]
            cause = cause_of(seen, is_held=gpu.uuid in held)
            if cause is not None:
                called = f"{gpu.name or 'GPU'} {gpu.index if gpu.index is not None else gpu.uuid}"
                words = "heat" if cause == "thermal" else "its power limit"
                yield Finding(
                    subject=gpu.uuid,
                    called=called,
                    cause=cause,
                    says=f"{called} is held down by {words}",
                    evidence=tuple(evidence(seen, cause)),
                )


def cause_of(seen: Sequence[Gpu], *, is_held: bool) -> str | None:
    """`seen` are the looks at one GPU, oldest first."""
    if len(seen) < FEWEST_LOOKS or (mean(one.utilization_percent for one in seen) or 0.0) < WORKING_PERCENT:
        return None
    fewest = (HOLD_SHARE if is_held else BEGIN_SHARE) * len(seen)
    if count(seen, HEAT) >= fewest:
        return "thermal"
    clock = clock_share(seen)
    limit = HELD_CLOCK_SHARE if is_held else LOST_CLOCK_SHARE
    return "power" if count(seen, POWER) >= fewest and clock is not None and clock < limit else None


def count(seen: Iterable[Gpu], words: Sequence[str]) -> int:
    """In how many looks a reason with one of these words is given."""
    return sum(any(word in reason.lower() for reason in one.throttle_reasons or () for word in words) for one in seen)


def clock_share(seen: Sequence[Gpu]) -> float | None:
    return mean(one.clock_hz / one.clock_limit_hz for one in seen if one.clock_hz is not None and one.clock_limit_hz)


def evidence(seen: Sequence[Gpu], cause: str) -> Iterator[str]:
    path, last = f"system.gpus.{seen[-1].uuid}", seen[-1]
    looks = count(seen, HEAT if cause == "thermal" else POWER)
    reasons = sorted({reason for one in seen for reason in one.throttle_reasons or ()})
    yield f"clocks are held down in {looks} of {len(seen)} looks: {', '.join(reasons)} ({path}.throttle_reasons)"
    clock = clock_share(seen)
    if clock is not None:
        yield f"the clock is {in_percent(100 * clock)} of the highest ({path}.clock_hz)"
    if last.temperature_celsius is not None:
        limit = last.temperature_limit_celsius
        of = f" of {limit:.0f} at most" if limit is not None else ""
        yield f"it has {last.temperature_celsius:.0f} °C{of} ({path}.temperature_celsius)"
    if last.power_watts is not None and last.power_limit_watts is not None:
        yield f"it draws {last.power_watts:.0f} W of {last.power_limit_watts:.0f} W ({path}.power_watts)"
    use = mean(one.utilization_percent for one in seen)
    if use is not None:
        yield f"it is busy {in_percent(use)} of the time ({path}.utilization_percent)"
