"""Two runs held against one another: speed, curves, resources, what was recorded of them. docs/runs.md tells how."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from zeropoint.insight.false_discovery import SIGNIFICANT, q_values
from zeropoint.insight.run_comparison import Between, Measure, RunsCompared
from zeropoint.insight.run_curves import rows_of
from zeropoint.insight.run_facts import compared_run, told_apart
from zeropoint.insight.run_measures import of_curves, of_series, of_steps
from zeropoint.insight.run_series import RunSeries
from zeropoint.insight.run_words import sentence
from zeropoint.model import RunEntry, RunRecord, Unavailable
from zeropoint.texts import parse_time

# What is known to be less apart than this is no difference to anybody: memory of 13.10 and 13.11 MiB.
LEAST_RATIO = 1.005


class ToCompare(Struct, frozen=True):
    """A run: what is recorded of it, and what the history has of it."""

    record: RunRecord
    series: RunSeries


def compare_runs(a: ToCompare, b: ToCompare, now_seconds: float) -> RunsCompared:
    """Pure: B held against A. `now_seconds`, since 1970, is the end of a run that has none yet."""
    rows = [rows_of(one.record.steps, parse_time(one.record.entry.started)) for one in (a, b)]
    missing: list[Unavailable] = []
    measures = [
        *of_steps(rows[0], rows[1], missing),
        *of_curves(rows[0], rows[1], missing),
        *of_series(a.series, b.series, missing),
    ]
    return RunsCompared(
        a=compared_run(a.record, len(rows[0].steps), now_seconds),
        b=compared_run(b.record, len(rows[1].steps), now_seconds),
        measures=[replace(one, says=sentence(one)) for one in _judged(measures)],
        told=list(told_apart(a.record, b.record)),
        unavailable=missing,
    )


def life_of(entry: RunEntry, now_ms: int) -> tuple[int, int] | str:
    """From its beginning to its end, or to now while it runs, in milliseconds since 1970; else why it is not known."""
    started, ended = parse_time(entry.started), parse_time(entry.ended)
    if started is None:
        return "it does not tell when it began"
    if ended is None and entry.status != "running":
        return "it does not tell when it ended"
    return round(started * 1000), now_ms if ended is None else round(ended * 1000)


def _judged(measures: Sequence[Measure]) -> list[Measure]:
    """With q values, of all that could be compared together, and verdicts."""
    q = iter(q_values(np.array([one.p_value for one in measures if one.p_value is not None])).tolist())
    return [one if one.p_value is None else _with_verdict(one, next(q)) for one in measures]


def _with_verdict(measure: Measure, q: float) -> Measure:
    differs = q <= SIGNIFICANT and not _is_slight(measure.ratio)
    return replace(measure, q_value=q, verdict="differs" if differs else "no-difference-told")


def _is_slight(ratio: Between | None) -> bool:
    return ratio is not None and ratio.low >= 1 / LEAST_RATIO and ratio.high <= LEAST_RATIO
