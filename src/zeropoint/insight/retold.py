"""Which run a component tells of. It says what the newest run of its kind says, and its series do not name that run.

It shows by the step: the component's goes with the run's, as late as the component reads.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from zeropoint.history.columns_reader import Stretch
from zeropoint.history.queries import Reader
from zeropoint.history.query import PERIOD_MS, Window, pixels
from zeropoint.history.tiers import Tier
from zeropoint.insight.series import Floats

# A component looks for new rows each 2 s, and less often where that would cost too much.
LATE_MS = 10_000
# As many as are told of at a time.
MOST_RUNS = 64
LEAST_ALIKE = 0.5


def retold_runs(
    reader: Reader, runs: Iterable[str], components: Iterable[str], window: Window, tier: Tier
) -> dict[str, str]:
    """By component the run (NAME/ID) that it told of in this time; of several, that for longest. Raises Fault."""
    runs, components = sorted(set(runs))[-MOST_RUNS:], sorted(set(components))
    if not runs or not components:
        return {}
    names = [f"ai.runs.{run}.step" for run in runs]
    names += [f"ai.components.{component}.latest.step" for component in components]
    stretch, _ = reader.read(names, window.from_ms, window.to_ms, tier)
    if not len(stretch.times_ms):
        return {}
    width = max(LATE_MS, PERIOD_MS[tier])
    # No more of the window than has anything: it may begin in 1970.
    stored = Window(int(stretch.times_ms[0]), int(stretch.times_ms[-1]) + 1, window.points)
    return alike(runs, components, pixels(stretch, stored.aligned(width), width))


def alike(runs: Sequence[str], components: Sequence[str], steps: Stretch) -> dict[str, str]:
    """By component the run whose steps its own are, give or take a point. The rows are the runs', then the
    components'."""
    known = steps.count > 0
    own = slice(len(runs))
    least = -_largest_around(-np.where(known, steps.min, np.inf)[own])
    most = _largest_around(np.where(known, steps.max, -np.inf)[own])
    found = {}
    for row, component in enumerate(components, len(runs)):
        both = known[own] & known[row]
        same = (both & (least <= steps.min[row]) & (steps.max[row] <= most)).sum(axis=1)
        best = int(same.argmax())
        if same[best] and same[best] >= LEAST_ALIKE * both[best].sum():
            found[component] = runs[best]
    return found


def _largest_around(rows: Floats) -> Floats:
    """Of each point and its two neighbours."""
    padded = np.pad(rows, ((0, 0), (1, 1)), mode="edge")
    largest: Floats = np.maximum(np.maximum(padded[:, :-2], padded[:, 2:]), rows)
    return largest
