"""The two ways in which series are looked at before they are compared: their levels, and their changes.

Levels find what goes together slowly, and drown where a series wanders. Changes, from cell to cell, are blind to
what is slow and noisy, and find what wandering series do at the same moment.
"""

from dataclasses import dataclass

import numpy as np

from zeropoint.insight.align import Grid
from zeropoint.insight.kinds import Kinds, kinds_of
from zeropoint.insight.ranks import midranks
from zeropoint.insight.series import Floats

# A variance below this, in a series that goes from 0 to 1, is what rounding leaves of a straight line.
ROUNDING = 1e-24


@dataclass(frozen=True, slots=True)
class Look:
    """`values` is series x cells: mean 0, variance 1 over the cells that are known, and 0 where `known` is 0. `removed`
    counts the parameters that were fitted and taken away. A series that does not vary is 0 throughout."""

    values: Floats
    known: Floats
    kinds: Kinds
    removed: int


def levels(grid: Grid, rank: bool) -> Look:
    """Values or their ranks, less the straight line through them: the least squares line over time.

    With ranks the line is taken off the ranks, so that an outlier does not tilt it; what is compared then is
    Spearman's partial correlation given time.
    """
    values, known = _from_lowest(midranks(grid.values) if rank else grid.values)
    kinds = kinds_of(known)
    centred = _centred(values, known)
    times = _centred(kinds.known * (grid.steps / max(grid.steps[-1], 1.0)), kinds.known)
    squares = np.maximum((times**2).sum(axis=1), np.finfo(float).tiny)
    lines = times[kinds.of]
    lines *= (np.einsum("ij,ij->i", centred, lines) / squares[kinds.of])[:, None]
    centred -= lines
    return Look(_scaled(centred, known), known, kinds, removed=2)


def changes(grid: Grid, rank: bool) -> Look:
    """Differences of neighbouring cells, or their ranks, less their mean. Beside a hole there is no change."""
    differences = np.diff(grid.values, axis=1, prepend=np.nan)
    values, known = _from_lowest(midranks(differences) if rank else differences)
    return Look(_scaled(_centred(values, known), known), known, kinds_of(known), removed=1)


def _from_lowest(values: Floats) -> tuple[Floats, Floats]:
    """Each row from 0 to 1, 0 in holes; and 1 where there is none. A counter in the billions that moves by ones would
    else leave no digits to its squares."""
    present = np.isfinite(values)
    above: Floats = values - np.fmin.reduce(values, axis=1)[:, None]
    above[~present] = 0.0
    highest = above.max(axis=1, keepdims=True)
    above /= np.where(highest > 0, highest, 1.0)
    return above, present.astype(np.float64)


def _centred(values: Floats, known: Floats) -> Floats:
    counts = np.maximum(known.sum(axis=1, keepdims=True), 1.0)
    centred: Floats = values - values.sum(axis=1, keepdims=True) / counts
    centred *= known
    return centred


def _scaled(values: Floats, known: Floats) -> Floats:
    """The same array, with variance 1, or all 0 where there is none."""
    variance = np.einsum("ij,ij->i", values, values)[:, None] / np.maximum(known.sum(axis=1, keepdims=True), 1.0)
    varies = variance > ROUNDING
    values *= np.where(varies, 1 / np.sqrt(np.where(varies, variance, 1.0)), 0.0)
    return values
