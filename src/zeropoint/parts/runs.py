"""What answers questions about runs."""

from zeropoint.ai.run_list import RunList
from zeropoint.flight import Lane
from zeropoint.model import RunEntry, RunRecord, RunSteps
from zeropoint.parts.clock import now_ms
from zeropoint.server.history import OnHistory
from zeropoint.server.runs import MOST_POINTS, Runs
from zeropoint.server.runs_compared import Comparison

# How long who asks for runs waits for the disk.
RUNS_SECONDS = 5.0
# How long who asks for a comparison of two runs waits for the computing of it, and of the one before.
COMPARE_SECONDS = 15.0


def runs_of(run_list: RunList, on_history: OnHistory | None) -> tuple[Runs, Comparison]:
    """Handlers that read the runs on a thread of their own: a disk that hangs holds nothing else. Two are compared on
    another one."""
    lane, computing = Lane("runs", RUNS_SECONDS), Lane("compare", COMPARE_SECONDS)

    async def listed() -> tuple[list[RunEntry], str | None]:
        listing = await lane.call(run_list.list)
        return listing.runs, listing.shortfall

    async def steps(run: str, points: int) -> RunSteps | None:
        return await lane.call(lambda: run_list.steps(run, points))

    async def record(run: str) -> RunRecord | None:
        return await lane.call(lambda: run_list.record(run, MOST_POINTS))

    return Runs(listed, steps), Comparison(record, on_history, computing.call, now_ms)
