"""Runs of known truth, as the files that the SDK writes would tell them."""

from collections.abc import Mapping, Sequence

import numpy as np

from zeropoint.ai.run_entry import time_or_none
from zeropoint.insight.run_series import RunSeries
from zeropoint.insight.runs_compared import ToCompare
from zeropoint.insight.series import Floats
from zeropoint.model import RunEntry, RunRecord, RunSteps

BEGAN = 1_795_874_580.0
NO_HISTORY = RunSeries({}, "the history is switched off (setting history)")


def run(
    id: str,
    columns: Mapping[str, Sequence[float | None] | Floats],
    seconds: Floats | None = None,
    series: RunSeries = NO_HISTORY,
    **recorded: object,
) -> ToCompare:
    """A row a step, at `seconds` since the beginning; `recorded` goes into the record or its entry."""
    count = len(next(iter(columns.values()), []))
    times = np.arange(count, dtype=np.float64) if seconds is None else seconds
    told = {"step": np.arange(count), **columns}
    steps = RunSteps(
        id=id,
        timestamps=[time_or_none(BEGAN + at) for at in times.tolist()],
        columns={name: [None if one is None else float(one) for one in values] for name, values in told.items()},
        unavailable=[],
    )
    given = {"started": time_or_none(BEGAN), "ended": time_or_none(BEGAN + 600), **recorded}
    ours = {name: given.pop(name) for name in ("host", "revision", "command", "workload") if name in given}
    entry = RunEntry(id=id, name="digits", kind=str(given.pop("kind", "tinygrad")), status="finished", **given)  # type: ignore[arg-type]
    return ToCompare(RunRecord(entry=entry, steps=steps, **ours), series)  # type: ignore[arg-type]
