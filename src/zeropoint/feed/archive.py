"""Samples from behind the ring: what the feed asks of whoever keeps them, and how their rows become frames."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from msgspec import Struct

from zeropoint.feed.frames import Frame
from zeropoint.feed.ring import Replay
from zeropoint.model import Gap


class Stored(Protocol):
    """One sample as it was published; `missed` ticks stand before it."""

    @property
    def id(self) -> str: ...
    @property
    def missed(self) -> int: ...
    @property
    def payload(self) -> bytes: ...


class Tail(Protocol):
    """What came after an id, in the order of publishing: the hole before `rows`, if any, and the rows."""

    @property
    def gap(self) -> Gap | None: ...
    @property
    def rows(self) -> Sequence[Stored]: ...


class Found(Struct, frozen=True):
    """What came after an id as runs without holes, none where there is nothing; whether the id is known at all."""

    runs: list[Replay]
    is_known: bool


# Samples after an id, at most so many; without rows there are none. Either may raise whatever it likes.
Archive = Callable[[str, int], Awaitable[Tail]]
FrameArchive = Callable[[str, int], Awaitable[Found]]


def frames_of(archive: Archive) -> FrameArchive:
    """An archive of rows as one of frames."""

    async def after(id: str, limit: int) -> Found:
        tail = await archive(id, limit)
        return Found(runs(tail, id), tail.gap is None)

    return after


def runs(tail: Tail, since: str) -> list[Replay]:
    """The rows after `since` as runs without holes. Where numbers are missing, a run ends and the next begins with the
    gap; at the change of an epoch they are counted from the new one's beginning."""
    found: list[Replay] = []
    gap, previous = tail.gap, since
    for row in tail.rows:
        sequence = position(row.id)[1]
        gap = gap or _hole(previous, row.id)
        missed = Gap(since=previous, until=row.id, lost=row.missed, reason="missed-ticks") if row.missed else None
        frame = Frame(sequence, row.id, row.payload, missed)
        frame.retire()
        if gap is not None or not found:
            found.append(Replay(gap, []))
        found[-1].frames.append(frame)
        gap, previous = None, row.id
    return found


def position(id: str) -> tuple[str, int]:
    """Epoch and sequence of an id of ours. Raises ValueError for any other text."""
    epoch, _, sequence = id.partition("-")
    return epoch, int(sequence)


def _hole(before: str, after: str) -> Gap | None:
    epoch, sequence = position(after)
    last_epoch, last = position(before)
    lost = sequence - 1 - (last if epoch == last_epoch else 0)
    return Gap(since=before, until=after, lost=lost, reason="beyond-replay") if lost > 0 else None
