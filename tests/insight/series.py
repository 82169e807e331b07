"""Series for tests, and the slow and plain way to what insight computes quickly."""

import numpy as np

from zeropoint.insight.correlate import correlate
from zeropoint.insight.pair import Pair
from zeropoint.insight.series import Floats, Series


def series(*rows: Floats, times: Floats | None = None) -> list[Series]:
    """Named a, b, c ...; one sample a second unless times are given."""
    at = np.arange(len(rows[0]), dtype=np.float64) if times is None else np.asarray(times, dtype=np.float64)
    return [Series(chr(ord("a") + number), at, np.asarray(row, dtype=np.float64)) for number, row in enumerate(rows)]


def only_pair(*rows: Floats, times: Floats | None = None, longest_lag: int = 60, rank: bool = True) -> Pair:
    (pair,) = correlate(series(*rows, times=times), longest_lag, rank)
    return pair


def overlap(first: Floats, second: Floats, lag: int) -> tuple[Floats, Floats]:
    """The cells that both have where the second is looked at `lag` cells later."""
    early, late = (first[: len(first) - lag], second[lag:]) if lag >= 0 else (first[-lag:], second[:lag])
    known = np.isfinite(early) & np.isfinite(late)
    return early[known], late[known]
