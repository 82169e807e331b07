"""What a lag has over the others. Two loads of one period go together at a whole row of lags, and so would any two."""

import numpy as np

from zeropoint.insight.series import Floats, Indices

# The lags around the strongest one, down to this part of its score, are one and the same dependence.
LOBE = 0.5


def strongest_elsewhere(scores: Floats, best: Indices) -> Floats:
    """The largest score of each pair outside the lobe around its best lag, 0 where there is none. `scores` is pairs x
    lags, of which none is below 0; `best` has the place of the largest of each."""
    places = np.arange(scores.shape[1])
    largest = np.take_along_axis(scores, best[:, None], axis=1)
    low = scores < LOBE * largest
    left = np.where(low & (places < best[:, None]), places, -1).max(axis=1, keepdims=True)
    right = np.where(low & (places > best[:, None]), places, len(places)).min(axis=1, keepdims=True)
    outside = (places < left) | (places > right)
    elsewhere: Floats = np.where(outside, scores, 0.0).max(axis=1)
    return elsewhere
