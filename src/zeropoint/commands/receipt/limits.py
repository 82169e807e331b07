"""What limited a run, the most first. Pure."""

from collections.abc import Mapping

from zeropoint.commands.receipt.group import Denied
from zeropoint.commands.receipt.stalls import Resource, Stalls
from zeropoint.model import Limit, LimitCause, LimitOf

# What is shorter is noise: each program waits a little.
LEAST_SHARE_PERCENT = 1.0
LEAST_SECONDS = 0.1
CAUSES: Mapping[Resource, LimitCause] = {"cpu": "cpu", "memory": "memory", "io": "disk"}


def limits_of(
    stalls: Stalls, denied: Denied, held_down: Mapping[tuple[str, LimitCause], float], wall_seconds: float
) -> list[Limit]:
    """`held_down` are seconds by GPU and cause: of several GPUs the one that was held down most is told."""
    found: list[Limit] = []

    def add(cause: LimitCause, seconds: float, of: LimitOf, count: int | None = None) -> None:
        # The clocks of the kernel and of the look are read a moment apart.
        seconds = min(seconds, wall_seconds) if cause != "cpu-quota" else seconds
        share = 100 * seconds / wall_seconds if wall_seconds > 0 else 0.0
        if seconds >= LEAST_SECONDS and share >= LEAST_SHARE_PERCENT:
            found.append(
                Limit(cause=cause, seconds=round(seconds, 3), share_percent=round(share, 1), count=count, of=of)
            )

    for resource, seconds in stalls.seconds.items():
        add(CAUSES[resource], seconds, "run" if stalls.is_own else "machine")
    add("cpu-quota", denied.throttled_seconds, "run" if denied.is_quota_own else "cgroup", denied.throttled_periods)
    for cause in sorted({cause for _, cause in held_down}):
        add(cause, max(seconds for (_, of), seconds in held_down.items() if of == cause), "gpu")
    found.sort(key=lambda limit: -(limit.seconds or 0.0))
    if denied.oom_kills:
        of: LimitOf = "run" if denied.is_memory_own else "cgroup"
        found.insert(0, Limit(cause="memory-limit", count=denied.oom_kills, of=of))
    return found
