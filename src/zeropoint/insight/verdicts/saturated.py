"""saturated: requests wait at a server that runs models, and become more or stay many."""

from collections.abc import Iterable, Sequence, Set
from typing import Any, ClassVar

from zeropoint.insight.verdicts.look import mean
from zeropoint.insight.verdicts.moment import COMPONENT, Moment
from zeropoint.insight.verdicts.rule import Finding, Rule
from zeropoint.insight.verdicts.window import Window
from zeropoint.insight.verdicts.words import in_percent, in_seconds
from zeropoint.model import Component

LOOKED_AT_SECONDS, FEWEST_LOOKS = 30.0, 10
# Requests that wait: to begin, and to go on.
BEGIN_WAITING, HOLD_WAITING = 2.0, 0.5
# The last third of the time has so many times more than the first; or they stay that many times those that run.
GROWS, STAYS = 1.2, 1.0
FULL_CACHE_PERCENT = 95.0


class Saturated(Rule):
    name: ClassVar[str] = "saturated"
    refuted_by: ClassVar[str] = "a queue that empties at the same rate of requests"
    begin_seconds: ClassVar[float] = 5.0
    clear_seconds: ClassVar[float] = 10.0

    def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
        for name, report in window.now.components.items():
            waiting = getattr(report, "requests_waiting", None)
            if not isinstance(waiting, int) or (waiting < BEGIN_WAITING and name not in held):
                continue
            moments = window.last(LOOKED_AT_SECONDS)
            seen = [one for moment in moments if (one := queue_of(moment, name)) is not None]
            if is_saturated(
                [one.requests_waiting for one in seen], [one.requests_running for one in seen], name in held
            ):
                yield finding(name, seen, moments)


def queue_of(moment: Moment, name: str) -> Any:
    """The report of a server at one moment, where it tells a queue then."""
    report: Component | None = moment.components.get(name)
    return report if getattr(report, "requests_waiting", None) is not None else None


def is_saturated(waiting: Sequence[int], running: Sequence[int | None], is_held: bool) -> bool:
    """By the looks of the last 30 s, oldest first."""
    if len(waiting) < FEWEST_LOOKS:
        return False
    third = len(waiting) // 3
    first, last = mean(waiting[:third]) or 0.0, mean(waiting[-third:]) or 0.0
    if is_held:
        return last >= HOLD_WAITING
    if min(waiting[-third:]) < BEGIN_WAITING:
        return False
    return last >= GROWS * max(first, 1.0) or first >= max(BEGIN_WAITING, STAYS * (mean(running) or 0.0))


def finding(name: str, seen: Sequence[Any], moments: Sequence[Moment]) -> Finding:
    path, last = f"ai.components.{name}", seen[-1]
    third = len(seen) // 3
    before, now = (mean(one.requests_waiting for one in part) or 0.0 for part in (seen[:third], seen[-third:]))
    cache = mean(one.kv_cache_usage_percent for one in seen)
    cause = "kv-cache" if cache is not None and cache >= FULL_CACHE_PERCENT else "capacity"
    seconds = in_seconds(moments[-1].at - moments[0].at)
    evidence = [f"{now:.1f} requests wait, {before:.1f} did {seconds} ago ({path}.requests_waiting)"]
    running = mean(one.requests_running for one in seen)
    if running is not None:
        evidence.append(f"{running:.1f} are worked on ({path}.requests_running)")
    if cache is not None:
        evidence.append(f"the attention cache is used to {in_percent(cache)} ({path}.kv_cache_usage_percent)")
    first_token = getattr(last, "time_to_first_token_seconds", None)
    if first_token is not None:
        evidence.append(f"{in_seconds(first_token)} to the first token ({path}.time_to_first_token_seconds)")
    words = "its attention cache is full" if cause == "kv-cache" else "more come than it works on"
    return Finding(
        subject=name,
        called=name,
        workload=COMPONENT + name,
        cause=cause,
        says=f"{name} has {now:.0f} requests waiting: {words}",
        evidence=tuple(evidence),
    )
