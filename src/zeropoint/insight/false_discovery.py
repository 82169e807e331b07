"""Many pairs are many chances to be fooled."""

import numpy as np

from zeropoint.insight.series import Floats

# Of those that are taken so many are wrong, on average.
SIGNIFICANT = 0.05


def q_values(p_values: Floats) -> Floats:
    """Benjamini and Hochberg (1995): who takes all pairs with q of at most 0.05 is wrong in 5 % of them on average."""
    order = np.argsort(p_values)
    count = len(p_values)
    scaled = p_values[order] * count / np.arange(1, count + 1)
    q = np.empty(count)
    q[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.minimum(q, 1.0)
