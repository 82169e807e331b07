"""Blocks of a span put together to one of the coarser tier. Pure."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from zeropoint.history.rollup import Rolled, overlay, roll


class Part(Struct, frozen=True):
    """What a block has of the series `names`; an empty name is one that cannot be told any more."""

    names: tuple[str, ...]
    rolled: Rolled


def joined(parts: Sequence[Part], earlier: Sequence[Part], period_ms: int) -> tuple[tuple[str, ...], Rolled]:
    """All series of the parts, and their values in periods. A period that several parts tell of is made of all of them.

    `earlier` is what the span's block was before: where blocks that it was made of are gone, it knows more.
    """
    names = tuple(dict.fromkeys(name for part in (*parts, *earlier) for name in part.names if name))
    new = roll(_side_by_side(parts, names), period_ms)
    return names, overlay([*(_side_by_side([part], names) for part in earlier), new])


def _side_by_side(parts: Sequence[Part], names: tuple[str, ...]) -> Rolled:
    """The periods of all parts in the order of their times, those of one time beside each other."""
    places = {name: place for place, name in enumerate(names)}
    times = np.concatenate([part.rolled.times_ms for part in parts])
    planes = np.full((4, len(names), len(times)), np.nan)
    planes[3] = 0
    first = 0
    for part in parts:
        last = first + len(part.rolled.times_ms)
        rows = [row for row, name in enumerate(part.names) if name]
        into = [places[part.names[row]] for row in rows]
        for plane, values in zip(planes, part.rolled.planes, strict=True):
            plane[into, first:last] = values[rows]
        first = last
    order = np.argsort(times, kind="stable")
    return Rolled(times[order], *(plane[:, order] for plane in planes))
