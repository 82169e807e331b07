"""Which samples a journal that was damaged lacks, as far as the columns know of them. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from zeropoint.history.sample_id import order_of, parse_id

Id = tuple[str, int]


class Run(Struct, frozen=True, gc=False):
    """Samples that are stored, or were: all of an epoch from one sequence to another, at times from one to another."""

    epoch: str
    first_sequence: int
    last_sequence: int
    from_ms: int
    to_ms: int

    @property
    def count(self) -> int:
        return self.last_sequence - self.first_sequence + 1


def before(runs: Iterable[Run], id: Id) -> Iterator[Run]:
    """What of the runs came before a sample; times are those of the whole run."""
    for run in _told(runs):
        last = run.last_sequence if order_of(run.epoch) < order_of(id[0]) else id[1] - 1
        if order_of(run.epoch) <= order_of(id[0]) and (last := min(last, run.last_sequence)) >= run.first_sequence:
            yield Run(run.epoch, run.first_sequence, last, run.from_ms, run.to_ms)


def after(runs: Iterable[Run], id: Id | None) -> Iterator[Run]:
    """What of the runs came after a sample; all of them where there is none."""
    for run in _told(runs):
        first = run.first_sequence
        if id is not None and order_of(run.epoch) <= order_of(id[0]):
            first = max(first, id[1] + 1) if run.epoch == id[0] else run.last_sequence + 1
        if first <= run.last_sequence:
            yield Run(run.epoch, first, run.last_sequence, run.from_ms, run.to_ms)


def between(runs: Iterable[Run], beginning: Id | None, end: Id | None) -> list[Run]:
    """What of the runs came after one sample and before another; without a bound where that is None."""
    found = after(runs, beginning)
    return list(found if end is None else before(found, end))


def extent(runs: Sequence[Run]) -> tuple[int, int, int]:
    """The times of all of them, and how many samples they are."""
    return min(run.from_ms for run in runs), max(run.to_ms for run in runs), sum(run.count for run in runs)


def _told(runs: Iterable[Run]) -> Iterator[Run]:
    """Those of an id that can be one: damage can put anything there."""
    return (run for run in runs if parse_id(f"{run.epoch}-{run.last_sequence}") is not None)
