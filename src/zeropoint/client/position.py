"""Where in the feed the reader is: what to resume after, and what was delivered already."""

import re
from collections.abc import Iterator

from msgspec import structs

from zeropoint.client.events import Gap

EPOCHS_KEPT = 64
"""How many starts of the appliance are remembered. Two meet at a restart; more need a fleet behind one address."""
GAPS_HELD = 8
"""A server tells two at most before one sample, of different reasons."""
ID = re.compile(r"(.+)-([0-9]{1,18})")


class Position:
    """Ids are EPOCH-SEQUENCE with a rising SEQUENCE, so the highest one of each epoch tells all that were seen."""

    def __init__(self) -> None:
        self.resume_id: str | None = None
        """The id to resume after; None for "start with the newest"."""
        self._abandoned_id: str | None = None
        self._held: list[Gap] = []
        self._highest: dict[str, int] = {}

    def commit(self, id: str) -> None:
        """Moves on to `id`; "" forgets the position, as in the HTML standard. Never back behind what was delivered."""
        if id == "":
            self.resume_id = None
            return
        epoch, sequence = _place(id)
        if sequence >= self._highest.get(epoch, -1):
            self.resume_id = id

    def abandon(self) -> None:
        """Gives up what came after this position: the reader begins with the newest sample, which a gap is told
        before."""
        self._abandoned_id = self._abandoned_id or self.resume_id
        self.resume_id = None

    def accept_sample(self, id: str) -> bool:
        """True the first time that the sample with this id comes."""
        epoch, sequence = _place(id)
        if sequence <= self._highest.get(epoch, -1):
            return False
        self._highest.pop(epoch, None)  # so that the order is that of use, and the oldest is dropped
        self._highest[epoch] = sequence
        if len(self._highest) > EPOCHS_KEPT:
            del self._highest[next(iter(self._highest))]
        return True

    def hold(self, gap: Gap) -> None:
        """Keeps a gap until the sample behind it comes. Not until then is it sure: where the connection breaks between
        the two, the next one may bring what was missing, or tell of a longer gap from the same place."""
        if gap not in self._held and len(self._held) < GAPS_HELD:
            self._held.append(gap)

    def forget_gaps(self) -> None:
        """A connection begins: it tells anew what is missing."""
        self._held.clear()

    def gaps_before(self, id: str) -> list[Gap]:
        """The gaps to tell before this sample. Of what they count as lost, only what has not come over another
        transport in the meantime: together they tell of no more than the hole in the numbers."""
        self._held = [gap for gap in self._held if gap.until is None or not self._was_seen(gap.until)]
        if self._was_seen(id):
            return []
        before = [gap for gap in self._held if gap.until in (None, id)]
        self._held = [gap for gap in self._held if gap not in before]
        hole = self._hole_before(id)
        if self._abandoned_id is not None and hole != 0:
            before.append(Gap(since=self._abandoned_id, until=id, lost=hole, reason="beyond-replay"))
        self._abandoned_id = None
        return list(_within(before, hole))

    def _hole_before(self, id: str) -> int | None:
        """How many numbers lie between this sample and the one before; None where another start of the server does."""
        epoch, sequence = _place(id)
        highest = self._highest.get(epoch)
        return None if highest is None else sequence - highest - 1

    def _was_seen(self, id: str) -> bool:
        epoch, sequence = _place(id)
        return sequence <= self._highest.get(epoch, -1)


def _within(gaps: list[Gap], hole: int | None) -> Iterator[Gap]:
    """The gaps, cut to what fits into the hole. A tick that the sampler missed has no number, and takes none of it."""
    for gap in gaps:
        if hole is None or gap.lost is None or gap.reason == "missed-ticks":
            yield gap
        elif hole > 0:
            yield structs.replace(gap, lost=min(gap.lost, hole))
            hole -= min(gap.lost, hole)


def _place(id: str) -> tuple[str, int]:
    """Epoch and sequence; an id of another form is an epoch of its own with one sample in it."""
    matched = ID.fullmatch(id)
    return (matched[1], int(matched[2])) if matched else (id, 0)
