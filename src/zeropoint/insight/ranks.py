"""Ranks in place of values: one far outlier then weighs no more than any other largest value."""

import numpy as np

from zeropoint.insight.series import Floats


def midranks(values: Floats) -> Floats:
    """Ranks from 1 within each row; ties share the mean of theirs, holes (NaN) stay holes. Shape as given."""
    ranks = np.full(values.shape, np.nan)
    for row, own in zip(ranks, values, strict=True):
        known = np.flatnonzero(np.isfinite(own))
        order = known[np.argsort(own[known])]
        ordered = own[order]
        differs = ordered[1:] != ordered[:-1]
        if differs.all():
            row[order] = np.arange(1, len(order) + 1)
        else:
            # Ties lie between two places where the sorted values change.
            ends = np.append(np.flatnonzero(differs) + 1, len(order))
            starts = np.append(0, ends[:-1])
            row[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return ranks
