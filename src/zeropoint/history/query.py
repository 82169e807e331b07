"""What of the history answers a question, as pure functions: which tier, and how its values become points.

A point is a pixel: all values of a stretch of time, with their mean, least and most, so that a spike of one sample
shows however long the window is. Pixels begin at multiples of their width since 1970, so that they hold the same
samples while the window slides over them. Where a window has no more samples than points were asked for, each is a
point.
"""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history.columns_reader import Stretch
from zeropoint.history.tiers import KINDS, TIERS, Tier

PERIOD_MS: Mapping[Tier, int] = {tier: max(1, kind.period_ms) for tier, kind in KINDS.items()}
# To read more of a tier than this would take seconds: such a window is answered by the next one.
MOST_READ_MS: Mapping[Tier, int] = {"samples": 2 * 86_400_000, "minutes": 120 * 86_400_000}
# The digits that samples have too; those of a mean beyond them tell nothing.
DECIMALS = 6

Extents = Mapping[Tier, tuple[int, int] | None]


class Window(Struct, frozen=True):
    """[from_ms, to_ms) in at most so many points."""

    from_ms: int
    to_ms: int
    points: int

    @property
    def pixel_ms(self) -> int:
        """Width of its pixels: one fewer than points fit, since the first begins before the window."""
        return max(1, -(-(self.to_ms - self.from_ms) // max(1, self.points - 1)))

    def aligned(self, width_ms: int) -> "Window":
        """The whole multiples of a width that the window touches."""
        beginning = self.from_ms - self.from_ms % width_ms
        end = self.to_ms + -self.to_ms % width_ms
        return Window(beginning, end, self.points)


def with_finer(extents: Extents) -> Extents:
    """Times of the oldest and the newest value that each tier answers with: what a coarser one does not have yet is
    rolled up of the finer ones."""
    found: dict[Tier, tuple[int, int] | None] = {}
    known: list[tuple[int, int]] = []
    for tier in TIERS:
        if (extent := extents[tier]) is not None:
            known.append(extent)
        found[tier] = (min(one[0] for one in known), max(one[1] for one in known)) if known else None
    return found


def choose_tier(window: Window, extents: Extents, interval_ms: int) -> Tier:
    """The coarsest tier whose periods are no wider than a pixel, or the finest where all of its samples, taken each
    `interval_ms`, are no more than the points; a coarser one where that has not all that there is, or is too much to
    read."""
    chosen = max((tier for tier in TIERS if PERIOD_MS[tier] <= window.pixel_ms), key=TIERS.index)
    if extents["samples"] is not None and _covered_ms("samples", window, extents) <= window.points * interval_ms:
        chosen = "samples"
    for tier in TIERS[TIERS.index(chosen) :]:
        covered_ms = _covered_ms(tier, window, extents)
        if covered_ms <= MOST_READ_MS.get(tier, covered_ms) and _reaches(tier, window, extents):
            return tier
    return "hours"


def _covered_ms(tier: Tier, window: Window, extents: Extents) -> int:
    """How much of the window lies between the oldest and the newest value of a tier."""
    extent = extents[tier]
    return 0 if extent is None else max(0, min(window.to_ms, extent[1]) - max(window.from_ms, extent[0]))


def _reaches(tier: Tier, window: Window, extents: Extents) -> bool:
    """Whether no coarser tier has something of the window that is older than all that this one has."""
    own = extents[tier]
    for coarser in TIERS[TIERS.index(tier) + 1 :]:
        extent = extents[coarser]
        if extent is None or extent[1] < window.from_ms:
            continue
        # The first period of a coarser tier begins before the first sample in it.
        oldest = max(window.from_ms, extent[0] + PERIOD_MS[coarser])
        if own is None or own[0] > oldest:
            return False
    return True


def pixels(stretch: Stretch, window: Window, width_ms: int) -> Stretch:
    """The values of a stretch as pixels over all of the (aligned) window: (k, pixels), NaN and count 0 where a pixel
    has none."""
    beginnings = np.arange(window.from_ms, window.to_ms, width_ms, dtype=np.int64)
    shape = (len(stretch.mean), len(beginnings))
    mean, least, most = np.full((3, *shape), np.nan)
    count = np.zeros(shape)
    places = (stretch.times_ms - window.from_ms) // width_ms
    inside = (places >= 0) & (places < len(beginnings))
    if inside.any():
        places = places[inside]
        # Ascending times: each pixel's values are a run, whose first index is where the place changes.
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        filled = places[starts]
        counts, values = stretch.count[:, inside], stretch.mean[:, inside]
        count[:, filled] = np.add.reduceat(counts, starts, axis=1)
        sums = np.add.reduceat(np.where(counts > 0, values, 0.0) * counts, starts, axis=1)
        mean[:, filled] = _quotient(sums, count[:, filled])
        least[:, filled] = np.fmin.reduceat(stretch.min[:, inside], starts, axis=1)
        most[:, filled] = np.fmax.reduceat(stretch.max[:, inside], starts, axis=1)
        # The sum's last digit may lift the mean of equal values over them.
        mean = np.clip(np.round(mean, DECIMALS), least, most)
    return Stretch(beginnings, width_ms, mean, least, most, count)


def within(stretch: Stretch, window: Window) -> Stretch:
    """The part of a stretch that lies in the window."""
    first, last = np.searchsorted(stretch.times_ms, (window.from_ms, window.to_ms))
    part = slice(int(first), int(last))
    mean = stretch.mean[:, part]
    same = stretch.min is stretch.mean
    return Stretch(
        stretch.times_ms[part],
        stretch.interval_ms,
        mean,
        mean if same else stretch.min[:, part],
        mean if same else stretch.max[:, part],
        stretch.count[:, part],
    )


def largest(stretch: Stretch, most: int) -> NDArray[np.intp]:
    """Rows of the `most` series with the largest sums, in the order in which they stand."""
    sums = np.nansum(np.abs(stretch.mean) * stretch.count, axis=1)
    return np.sort(np.argsort(-sums, kind="stable")[:most])


def _quotient(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
