"""The interval of a coefficient that was picked as the strongest of many."""

import numpy as np

from zeropoint.insight.series import Floats


def interval(coefficient: Floats, effective_samples: Floats, score: Floats, rank: bool) -> tuple[Floats, Floats]:
    """Low and high by Fisher's transform, `score` standard errors to each side.

    The error of a rank coefficient is larger, by Bonett and Wright (2000). Four effective samples tell nothing.
    """
    few = effective_samples <= 4
    variance = (1 + coefficient**2 / 2 if rank else 1.0) / np.where(few, 1.0, effective_samples - 3)
    middle = np.arctanh(np.clip(coefficient, -1 + 1e-15, 1 - 1e-15))
    reach = score * np.sqrt(variance)
    # Near 1 the tangent rounds to the wrong side of the coefficient.
    low = np.minimum(np.tanh(middle - reach), coefficient)
    high = np.maximum(np.tanh(middle + reach), coefficient)
    return np.where(few, -1.0, low), np.where(few, 1.0, high)
