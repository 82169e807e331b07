"""What artifacts and the processes that run.json files name tell of a component: its status, and since when."""

from msgspec import Struct

from zeropoint.ai.processes import Life
from zeropoint.ai.runs import Run
from zeropoint.model import FRESH_SECONDS, Status
from zeropoint.texts import rfc3339

LONGEST_WINDOW_SECONDS = 3600.0
QUIET = "has written nothing"


class Facts(Struct, frozen=True, kw_only=True):
    """`worked` is the time of the newest evidence that may be of a process which still lives: not of a run that has
    ended. `problem` is why not all could be looked at, `quiet` what a live process has not done while it is idle,
    `ended` when the last process of it was seen to have ended: what is older shows no live one."""

    found: bool
    worked: float | None
    window_seconds: float = FRESH_SECONDS
    live: bool
    latest: Run | None = None
    latest_life: Life | None = None
    problem: str | None = None
    looked_in: str
    quiet: str = QUIET
    ended: float | None = None


def window_seconds(step_seconds: float | None) -> float:
    """How old evidence of work may be: 10 s, or three usual steps where these are longer."""
    steps = 3 * step_seconds if step_seconds is not None else 0.0
    return min(max(FRESH_SECONDS, steps), LONGEST_WINDOW_SECONDS)


def decide(facts: Facts, wall: float, *, rows_suffice: bool = False) -> tuple[Status, str | None]:
    """The status, and why where that needs saying. `rows_suffice`: fresh evidence alone shows a live writer."""
    fresh = facts.worked is not None and wall - facts.worked <= facts.window_seconds
    if facts.live:
        if fresh:
            return "running", None
        return "idle", f"a process of it lives, but {facts.quiet} for {facts.window_seconds:.0f} s and more"
    if fresh and (facts.ended is None or facts.worked is None or facts.worked > facts.ended):
        if rows_suffice:
            return "running", None
        return "unknown", "rows are fresh, but no process of it is known"
    if facts.latest is not None:
        ended = of_latest(facts.latest, facts.latest_life)
        if ended is not None and not worked_after(facts.latest, facts.worked):
            return ended
    if facts.found:
        return "stopped", None
    if facts.problem is not None:
        return "unknown", facts.problem
    return "absent", f"nothing of it in {facts.looked_in}"


def of_latest(run: Run, life: Life | None) -> tuple[Status, str] | None:
    """What the run that started last says when nothing is fresh and no process lives; None: it ended well."""
    if run.exit_code:
        return "failed", f"run {run.id} ended with exit code {run.exit_code}"
    if run.has_end:
        return None
    if life == "gone":
        return "failed", f"process {run.pid} of run {run.id} is gone and has written no end"
    if run.pid is None:
        return "unknown", f"run {run.id} has no end, and names no process"
    return "unknown", f"run {run.id} has no end, and its process cannot be seen from this machine"


def worked_after(run: Run, worked: float | None) -> bool:
    """Whether something else was at work after the run's end."""
    return run.ended is not None and worked is not None and worked > run.ended + FRESH_SECONDS


class Since:
    """Remembers when the status last changed, as far as it was observed."""

    def __init__(self) -> None:
        self._status: Status | None = None
        self._since = 0.0

    def observe(self, status: Status, wall: float) -> str:
        if status != self._status:
            self._status, self._since = status, wall
        return rfc3339(self._since)
