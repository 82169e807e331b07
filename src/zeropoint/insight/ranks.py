"""Ranks in place of values: one far outlier then weighs no more than any other largest value."""

import numpy as np

from zeropoint.insight.series import Floats


def midranks(values: Floats) -> Floats:
    """Ranks from 1 within each row; ties share the mean of theirs, holes (NaN) stay holes. Shape as given."""
    ranks = np.full(values.shape, np.nan)
    for row in range(len(values)):
        known = np.flatnonzero(np.isfinite(values[row]))
        if known.size:
            order = known[np.argsort(values[row, known])]
            ordered = values[row, order]
            # Where the values among the sorted ones change; ties lie between two such places.
            ends = np.flatnonzero(np.concatenate([ordered[1:] != ordered[:-1], [True]])) + 1
            starts = np.concatenate([[0], ends[:-1]])
            ranks[row, order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return ranks
