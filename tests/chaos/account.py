"""Holds what a client told its reader against what the appliance sent: nothing twice, nothing silently missing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple


class Sample(NamedTuple):
    content: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.content["id"])

    @property
    def epoch(self) -> str:
        return self.id.rpartition("-")[0]

    @property
    def sequence(self) -> int:
        return number_of(self.id)


class Gap(NamedTuple):
    reason: str
    lost: int | None


Told = Sample | Gap


def number_of(id: str) -> int:
    return int(id.rpartition("-")[2])


def newest_number(told: Sequence[Told]) -> int:
    """The number of the last sample that was told; 0 before the first."""
    return next((one.sequence for one in reversed(told) if isinstance(one, Sample)), 0)


def complaints(told: Sequence[Told], truth: Mapping[str, Any]) -> Iterator[str]:
    """All that is wrong with what a client told, a sentence each."""
    previous: Sample | None = None
    gaps: list[Gap] = []
    for one in told:
        if isinstance(one, Gap):
            gaps.append(one)
            continue
        if one.id in truth and one.content != truth[one.id]:
            yield f"{one.id} is not what was sent"
        if previous is not None:
            yield from _between(previous, one, gaps)
        previous, gaps = one, []


def _between(previous: Sample, one: Sample, gaps: Sequence[Gap]) -> Iterator[str]:
    # A tick that the sampler missed has no number, so such a gap explains no hole.
    explaining = [gap for gap in gaps if gap.reason != "missed-ticks"]
    where = f"{previous.id} and {one.id}"
    if previous.epoch != one.epoch:
        if not any(gap.lost is None for gap in explaining):
            yield f"the restart between {where} is not told"
        return
    missing = one.sequence - previous.sequence - 1
    if missing < 0:
        yield f"{one.id} comes after {previous.id}"
    elif any(gap.lost is None for gap in explaining):
        yield f"between {where} a gap does not tell how much is lost"
    elif (lost := sum(gap.lost or 0 for gap in explaining)) != missing:
        yield f"between {where} {missing} are missing, and {lost} are told"
