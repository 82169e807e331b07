"""The two ways in which series are looked at before they are compared: their levels, and their changes.

Levels find what goes together slowly, and drown where a series wanders. Changes, from cell to cell, are blind to
what is slow and noisy, and find what wandering series do at the same moment.
"""

from collections.abc import Callable
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
    values = midranks(grid.values) if rank else grid.values
    return _look(values, _without_line(grid.steps), removed=2)


def changes(grid: Grid, rank: bool) -> Look:
    """Differences of neighbouring cells, or their ranks, less their mean. Beside a hole there is no change."""
    differences = np.diff(grid.values, axis=1, prepend=np.nan)
    return _look(midranks(differences) if rank else differences, _centred, removed=1)


def _look(values: Floats, clean: Callable[[Floats, Floats], Floats], removed: int) -> Look:
    present = np.isfinite(values)
    known = present.astype(np.float64)
    lowest = np.where(present, values, np.inf).min(axis=1, keepdims=True)
    # From the lowest value on, for a counter in the billions that moves by ones leaves no digits to its squares.
    above = np.where(present, values - np.where(np.isfinite(lowest), lowest, 0.0), 0.0)
    highest = above.max(axis=1, keepdims=True)
    cleaned = clean(above / np.where(highest > 0, highest, 1.0), known)
    squares = (cleaned**2).sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1.0)
    flat = squares <= ROUNDING
    cleaned = np.where(flat, 0.0, cleaned / np.sqrt(np.where(flat, 1.0, squares)))
    return Look(cleaned, known, kinds_of(known), removed)


def _centred(values: Floats, known: Floats) -> Floats:
    counts = np.maximum(known.sum(axis=1, keepdims=True), 1.0)
    centred: Floats = (values - values.sum(axis=1, keepdims=True) / counts) * known
    return centred


def _without_line(steps: Floats) -> Callable[[Floats, Floats], Floats]:
    def clean(values: Floats, known: Floats) -> Floats:
        times = _centred(known * (steps / max(steps[-1], 1.0)), known)
        centred = _centred(values, known)
        squares = np.maximum((times**2).sum(axis=1, keepdims=True), np.finfo(float).tiny)
        slope: Floats = (centred * times).sum(axis=1, keepdims=True) / squares
        return centred - times * slope

    return clean
