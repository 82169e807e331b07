"""Where in the feed the reader is: what to resume after, and what was delivered already."""

import re

from zeropoint.client.events import Gap

EPOCHS_KEPT = 64
"""How many starts of the appliance are remembered. Two meet at a restart; more need a fleet behind one address."""
ID = re.compile(r"(.+)-([0-9]{1,18})")


class Position:
    """Ids are EPOCH-SEQUENCE with a rising SEQUENCE, so the highest one of each epoch tells all that were seen."""

    def __init__(self) -> None:
        self.resume_id: str | None = None
        """The id to resume after; None for "start with the newest"."""
        self._told_gaps: dict[str, Gap] = {}
        """Those told since the last sample, as they came, by their reason."""
        self._highest: dict[str, int] = {}

    def commit(self, id: str) -> None:
        """Moves on to `id`; "" forgets the position, as in the HTML standard. Never back behind what was delivered."""
        if id == "":
            self.resume_id = None
            return
        epoch, sequence = _place(id)
        if sequence >= self._highest.get(epoch, -1):
            self.resume_id = id

    def accept_sample(self, id: str) -> bool:
        """True the first time that the sample with this id comes."""
        epoch, sequence = _place(id)
        if sequence <= self._highest.get(epoch, -1):
            return False
        self._highest.pop(epoch, None)  # so that the order is that of use, and the oldest is dropped
        self._highest[epoch] = sequence
        if len(self._highest) > EPOCHS_KEPT:
            del self._highest[next(iter(self._highest))]
        self._told_gaps.clear()
        return True

    def news_of(self, gap: Gap) -> Gap | None:
        """What of a gap is to be told; None when it was told since the last sample, or filled over another transport.

        A connection may break between a gap and its sample. The next gap then begins at the same place and is longer:
        what has been told already is taken off, so that the numbers of a reader's gaps add up.
        """
        if gap.until is not None and self._was_seen(gap.until):
            return None
        told = self._told_gaps.get(gap.reason)
        self._told_gaps[gap.reason] = gap
        if told is None or told.since != gap.since:
            return gap
        if told.until == gap.until:
            return None
        if told.lost is None or gap.lost is None:
            return gap
        rest = gap.lost - told.lost
        return Gap(gap.reason, gap.since, gap.until, rest) if rest > 0 else None

    def _was_seen(self, id: str) -> bool:
        epoch, sequence = _place(id)
        return sequence <= self._highest.get(epoch, -1)


def _place(id: str) -> tuple[str, int]:
    """Epoch and sequence; an id of another form is an epoch of its own with one sample in it."""
    matched = ID.fullmatch(id)
    return (matched[1], int(matched[2])) if matched else (id, 0)
