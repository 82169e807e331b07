"""The series that are compared where nobody names any: of the candidates that have something in a window so many as can
be compared at once, those that move before those that do not, and no number twice."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from zeropoint.history.columns_reader import Stretch
from zeropoint.history.queries import Reader
from zeropoint.history.query import Window, choose_tier
from zeropoint.history.tiers import Tier
from zeropoint.insight.candidates import COMPONENT_OWNER, RUN_OWNER, Candidate, Side, candidates
from zeropoint.insight.retold import retold_runs
from zeropoint.insight.series import Floats
from zeropoint.insight.stored_series import INTERVAL_MS, extents_of

MOST: dict[Side, int] = {"workload": 16, "host": 32}
# Of each kind this many are taken before the next of any: thirty runs must not leave all else out.
OF_EACH_KIND = 4
# Candidates of a side that are looked at, the first in order; a day of many short jobs leaves thousands of names.
MOST_LOOKED_AT = 1000
# A look at them needs no more than to tell which move.
LOOK_POINTS = 60
# Values that a look holds at a time, of each plane of the tier.
MOST_VALUES = 500_000


class DefaultSet(Struct, frozen=True):
    """`left_out` says in words what there is besides."""

    taken: list[Candidate]
    left_out: list[str]


class Worth(NamedTuple):
    """What a series has in a window: `moves`, whether its values differ, `size`, the sum of their amounts. A kind is of
    one unit, so that sizes of a kind can be held against one another."""

    moves: bool
    size: float


def default_set(reader: Reader, metric_of: Callable[[str], str], from_ms: int, to_ms: int) -> DefaultSet:
    """`metric_of` gives the catalogue's name of a series. Raises Fault."""
    found = candidates(reader.names(from_ms, to_ms), metric_of)
    window = Window(from_ms, to_ms, LOOK_POINTS)
    tier = choose_tier(window, extents_of(reader), INTERVAL_MS)
    taken: list[Candidate] = []
    left_out: list[str] = []
    for side, most in MOST.items():
        worth = _look(reader, [one for one in found if one.side == side][:MOST_LOOKED_AT], window, tier)
        if side == "workload":
            worth = once(worth, _retold(reader, [one for one, _ in worth], window, tier))
        chosen = choose(worth, most)
        taken += chosen
        if len(chosen) < len(worth):
            left_out.append(f"{len(worth)} {side} series are stored of this time; {len(chosen)} of them are compared")
    return DefaultSet(taken, left_out)


def once(worth: Sequence[tuple[Candidate, Worth]], retold: Mapping[str, str]) -> list[tuple[Candidate, Worth]]:
    """`retold` has by component the run that it tells of: they are one work, and what the run tells itself is left out
    of what the component tells."""
    own = {(one.group, one.label) for one, _ in worth if one.name.startswith("ai.runs.")}
    result = []
    for one, its in worth:
        run = retold.get(one.group.removeprefix(COMPONENT_OWNER)) if one.group.startswith(COMPONENT_OWNER) else None
        if run is None:
            result.append((one, its))
        elif (RUN_OWNER + run, one.label) not in own:
            result.append((one._replace(group=RUN_OWNER + run), its))
    return result


def _retold(reader: Reader, found: Sequence[Candidate], window: Window, tier: Tier) -> dict[str, str]:
    def subjects(start: str) -> list[str]:
        return [one.subject for one in found if one.name.startswith(start) and one.subject is not None]

    return retold_runs(reader, subjects("ai.runs."), subjects("ai.components."), window, tier)


def choose(worth: Sequence[tuple[Candidate, Worth]], most: int) -> list[Candidate]:
    """At most so many, in the order of their kinds and then of their sizes."""
    places: dict[tuple[int, bool], int] = {}
    ordered: list[tuple[bool, int, int, Candidate]] = []
    for one, its in sorted(worth, key=lambda row: (row[0].rank, -row[1].size, row[0].name)):
        place = places[one.rank, its.moves] = places.get((one.rank, its.moves), -1) + 1
        ordered.append((not its.moves, place // OF_EACH_KIND, len(ordered), one))
    taken = sorted(ordered, key=lambda row: row[:3])[:most]
    return [one for *_, one in sorted(taken, key=lambda row: row[2])]


def _look(reader: Reader, found: list[Candidate], window: Window, tier: Tier) -> list[tuple[Candidate, Worth]]:
    """What the candidates have, of those that have anything."""
    worth: list[tuple[Candidate, Worth]] = []
    start = 0
    step = 1
    while start < len(found):
        part = found[start : start + step]
        stretch, _ = reader.read([one.name for one in part], window.from_ms, window.to_ms, tier)
        worth += [(one, its) for one, its in zip(part, _worths(stretch), strict=True) if its is not None]
        start += step
        # The first one tells how many values one has.
        step = max(1, MOST_VALUES // max(1, len(stretch.times_ms)))
    return worth


def _worths(stretch: Stretch) -> list[Worth | None]:
    counts: Floats = stretch.count.sum(axis=1)
    known = stretch.count > 0
    moves = np.where(known, stretch.max, -np.inf).max(axis=1, initial=-np.inf) > np.where(
        known, stretch.min, np.inf
    ).min(axis=1, initial=np.inf)
    sizes = (np.abs(np.where(known, stretch.mean, 0.0)) * stretch.count).sum(axis=1)
    return [
        Worth(bool(moving), float(size)) if count else None
        for count, moving, size in zip(counts, moves, sizes, strict=True)
    ]
