"""What the search over lags costs: the largest of many coefficients is large by chance alone.

Neighbouring lags compare almost the same, so that 121 of them are fewer than 121 tries. Worsley (1982) sharpened
Bonferroni's bound for that: the chance that any of m scores in a row exceeds u is at most the chance of the first, and
m - 1 times that of a score beyond u whose neighbour is not.
"""

import numpy as np

from zeropoint.insight.normal import joint_upper_tail, upper_tail
from zeropoint.insight.series import Floats

LARGEST_SCORE = 10.0
SECANTS = 3


def score(coefficient: Floats, effective_samples: Floats) -> Floats:
    """The coefficient as a standard normal score, by the t distribution with n - 2 degrees of freedom in Wallace's
    approximation (1959), which holds far into the tail and for few samples."""
    freedom = np.maximum(effective_samples - 2, 0.1)
    bounded = np.minimum(coefficient**2, 1 - 1e-12)
    scores: Floats = (8 * freedom + 1) / (8 * freedom + 3) * np.sqrt(-freedom * np.log1p(-bounded))
    return scores


def chance_of_largest(scores: Floats, neighbours: Floats, tries: Floats) -> Floats:
    """At most the probability that the largest absolute value of `tries` scores is so large, where all is independent.

    `neighbours` is the correlation of two scores in a row. All of one shape.
    """
    return np.minimum(1.0, _bound(scores, neighbours, tries))


def critical_score(chance: float, neighbours: Floats, tries: Floats) -> Floats:
    """The score that the largest of `tries` exceeds with this probability at most."""
    # The logarithm of the bound is nearly a straight line in the square of the score, so that secants end at once.
    before, here = np.full_like(neighbours, 2.0**2), np.full_like(neighbours, 4.0**2)
    excess_before = _excess(before, neighbours, tries, chance)
    for _ in range(SECANTS):
        excess = _excess(here, neighbours, tries, chance)
        moved = excess != excess_before
        slope = np.where(moved, (excess - excess_before) / np.where(moved, here - before, 1.0), -0.5)
        before, excess_before = here, excess
        here = np.clip(here - excess / slope, 1.0, LARGEST_SCORE**2)
    return np.asarray(np.sqrt(here), dtype=np.float64)


def _excess(squared: Floats, neighbours: Floats, tries: Floats, chance: float) -> Floats:
    return np.asarray(np.log(_bound(np.sqrt(squared), neighbours, tries) / chance), dtype=np.float64)


def _bound(scores: Floats, neighbours: Floats, tries: Floats) -> Floats:
    one = 2 * upper_tail(scores)
    both = 2 * (joint_upper_tail(scores, neighbours) + joint_upper_tail(scores, -neighbours))
    return one + (tries - 1) * np.clip(one - both, 0.0, one)
