"""Rows of a run as curves, and two curves at equal places. Pure numpy."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from zeropoint.insight.series import Bools, Floats, Indices
from zeropoint.model import RunSteps
from zeropoint.texts import parse_time

# Beyond it squares do not fit: a loss that runs away counts as none.
LARGEST = 1e100


class Rows(Struct, frozen=True):
    """A run's rows, n of them. `steps` rises; `seconds` are since the run's beginning, NaN where a row tells no time;
    of each column the values, NaN where there is none."""

    steps: Floats
    seconds: Floats
    columns: dict[str, Floats]

    def known(self, column: str) -> Floats:
        """The column's values without its holes."""
        values = self.columns.get(column, np.empty(0))
        return values[np.isfinite(values)]


class Pairs(Struct, frozen=True):
    """Two curves at the same rising places: all of shape (n,)."""

    at: Floats
    a: Floats
    b: Floats

    def later_half(self, not_before: float = -np.inf) -> "Pairs":
        """By place, not by count: the beginning, where curves fall fast, says little of where they lead."""
        if not len(self.at):
            return self
        kept = self.at >= max(not_before, (self.at[0] + self.at[-1]) / 2)
        return Pairs(self.at[kept], self.a[kept], self.b[kept])


def rows_of(steps: RunSteps, started: float | None) -> Rows:
    """Those after the last fall of the step: a run that began anew begins its curve. `started` is in seconds since
    1970; without it the first row's time stands for it."""
    counts = _numbers(steps.columns.get("step", []))
    times = np.array([_or_nan(parse_time(one)) for one in steps.timestamps], dtype=np.float64)
    kept = _rising(counts) if len(counts) else np.arange(len(times))
    columns = {name: _numbers(values)[kept] for name, values in steps.columns.items() if name != "step"}
    known = times[np.isfinite(times)]
    begun = started if started is not None else float(known[0]) if len(known) else np.nan
    return Rows(counts[kept] if len(counts) else np.full(len(kept), np.nan), times[kept] - begun, columns)


def paired(a: Rows, b: Rows, column: str, by: str) -> Pairs:
    """The column of both at equal places of `by`, "steps" or "seconds": where the one with fewer rows has one, over
    what both have. The other's is taken on the straight line between its neighbours; at a step that it has, that is
    its own."""
    (xa, ya), (xb, yb) = (_curve(one, column, by) for one in (a, b))
    if not len(xa) or not len(xb):
        return Pairs(np.empty(0), np.empty(0), np.empty(0))
    first, last = max(xa[0], xb[0]), min(xa[-1], xb[-1])
    within = [one[(one >= first) & (one <= last)] for one in (xa, xb)]
    at = min(within, key=len)
    return Pairs(at, np.interp(at, xa, ya), np.interp(at, xb, yb))


def _curve(rows: Rows, column: str, by: str) -> tuple[Floats, Floats]:
    values = rows.columns.get(column)
    if values is None:
        return np.empty(0), np.empty(0)
    places = rows.steps if by == "steps" else rows.seconds
    known: Bools = np.isfinite(values) & np.isfinite(places)
    places, values = places[known], values[known]
    # A clock that was set back; of steps none is left to take out.
    rising = places > np.maximum.accumulate(np.concatenate([[-np.inf], places[:-1]])) if len(places) else known[:0]
    return places[rising], values[rising]


def _rising(steps: Floats) -> Indices:
    """Rows that have a step, after the last one that fell, each step once."""
    known = np.flatnonzero(np.isfinite(steps))
    changes = np.diff(steps[known], prepend=-np.inf)
    falls = np.flatnonzero(changes < 0)
    begins = int(falls[-1]) if len(falls) else 0
    rising: Indices = known[begins:][changes[begins:] != 0]
    return rising


def _numbers(values: Sequence[float | None]) -> Floats:
    return np.array([_or_nan(value) for value in values], dtype=np.float64)


def _or_nan(value: float | None) -> float:
    return np.nan if value is None or abs(value) > LARGEST else value
