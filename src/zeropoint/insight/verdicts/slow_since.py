"""slow-since: a job's steps take longer than they did, since when, and what else changed then.

The change point is the split of the paces whose two sides differ most in rank. What else changed is looked for among
numbers of the machine and of other workloads around that time, and what changed most, in units of its own scatter, is
named. That is no proof of a cause, and where nothing changed none is named.
"""

from collections.abc import Iterable, Sequence, Set
from statistics import median
from typing import ClassVar

from zeropoint.insight.change_point import split_of
from zeropoint.insight.verdicts.job import Job
from zeropoint.insight.verdicts.rule import UNKNOWN, Finding, Rule
from zeropoint.insight.verdicts.what_changed import Change, changes_at
from zeropoint.insight.verdicts.window import Window
from zeropoint.insight.verdicts.words import in_seconds

FEWEST_EACH_SIDE = 12
LAST = 8
# How many times longer steps take: to begin, and to go on.
SLOWER, STILL_SLOWER = 1.3, 1.15
MOST_P = 1e-4
LOOKED_BACK_SECONDS = 600.0
LEAST_AFTER_SECONDS = 10.0


class SlowSince(Rule):
    name: ClassVar[str] = "slow-since"
    refuted_by: ClassVar[str] = (
        "a change of the work itself at that time: longer sequences, larger batches, an evaluation"
    )
    begin_seconds: ClassVar[float] = 5.0
    clear_seconds: ClassVar[float] = 10.0
    every_seconds: ClassVar[float] = 5.0
    # What else changed can be seen for as long as the window reaches back.
    keeps_cause: ClassVar[bool] = True

    def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
        for job in window.jobs.values():
            paces = [pace for pace in job.paces if pace[0] > window.now.at - LOOKED_BACK_SECONDS]
            if len(paces) < 2 * FEWEST_EACH_SIDE:
                continue
            slower = STILL_SLOWER if job.workload in held else SLOWER
            usual, now = median(pace for _, pace in paces[:-LAST]), median(pace for _, pace in paces[-LAST:])
            # Once most of what is looked at is slow, that is the usual pace.
            if now < slower * min(usual, median(pace for _, pace in paces[: 2 * LAST])):
                continue
            finding = judge(window, job, paces, slower)
            if finding is not None:
                yield finding


def judge(window: Window, job: Job, paces: Sequence[tuple[float, float]], slower: float) -> Finding | None:
    split = split_of([pace for _, pace in paces])
    if split is None or split.p > MOST_P or min(split.at, len(paces) - split.at) < FEWEST_EACH_SIDE:
        return None
    before = median(pace for _, pace in paces[: split.at])
    after = median(pace for _, pace in paces[split.at :])
    since = paces[split.at][0]
    if after < slower * before or window.now.at - since < LEAST_AFTER_SECONDS:
        return None
    passed = in_seconds(window.now.at - since)
    changes = changes_at(window.moments, since, job.workload)
    cause = changes[0].cause if changes else UNKNOWN
    return Finding(
        subject=job.workload,
        called=job.name,
        workload=job.workload,
        cause=cause,
        says=f"{job.name} takes {after / before:.1f} times as long for a step as {passed} ago",
        because=changes[0].says if changes else "nothing else is seen to have changed then",
        evidence=(
            f"{in_seconds(after)} a step, {in_seconds(before)} before, by {len(paces)} steps, p {split.p:.0e} "
            f"(Pettitt) ({job.metric}.step)",
        ),
        grounds=tuple(text(change) for change in changes[:4]),
        began_at=since,
    )


def text(change: Change) -> str:
    return f"{change.says} ({change.metric})"
