"""From which step on two runs differ more than before. Pure numpy."""

import math

import numpy as np

from zeropoint.insight.change_point import split_of
from zeropoint.insight.level import memory_of
from zeropoint.insight.run_comparison import Begins
from zeropoint.insight.series import Floats

SIGNIFICANT = 0.01
# By how much larger the difference is after the step than before.
LEAST_GROWTH = 2.0


def begins(steps: Floats, differences: Floats) -> Begins | None:
    """`differences` (n,) at rising steps. None where no step stands out, or they come closer there.

    Pettitt's test takes values for independent. So what is tested are means of stretches as long as the memory of what
    is left when both levels are taken off; where the split lies the single values tell.
    """
    split = split_of(differences.tolist())
    if split is None:
        return None
    early, late = differences[: split.at], differences[split.at :]
    before, after = float(early.mean()), float(late.mean())
    if abs(after) < LEAST_GROWTH * abs(before) or before == after:
        return None
    width = math.ceil(memory_of(np.concatenate([early - before, late - after])))
    whole = len(differences) // width * width
    stretches = split_of(differences[:whole].reshape(-1, width).mean(axis=1).tolist())
    if stretches is None or stretches.p > SIGNIFICANT:
        return None
    return Begins(step=float(steps[split.at]), before=before, after=after)
