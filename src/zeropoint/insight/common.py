"""The cells that two series share: how many, and whether both vary over them."""

from dataclasses import dataclass

import numpy as np

from zeropoint.insight.kinds import kinds_of
from zeropoint.insight.row_products import row_products
from zeropoint.insight.series import Bools, Floats, Indices


@dataclass(frozen=True, slots=True)
class Common:
    """Both are series x series."""

    counts: Indices
    both_vary: Bools


def common_cells(values: Floats) -> Common:
    """`values` is series x cells, NaN where there is a hole."""
    known = np.isfinite(values)
    kinds = kinds_of(known.astype(np.float64))
    counts = row_products(kinds.known, kinds.known)[np.ix_(kinds.of, kinds.of)]
    varies = np.stack([_vary(values, known & (kind > 0)) for kind in kinds.known], axis=1)[:, kinds.of]
    return Common(counts.astype(np.int64), varies & varies.T)


def _vary(values: Floats, counted: Bools) -> Bools:
    """Whether each row has two different values among the counted cells."""
    highest: Floats = np.where(counted, values, -np.inf).max(axis=1)
    lowest: Floats = np.where(counted, values, np.inf).min(axis=1)
    return highest > lowest
