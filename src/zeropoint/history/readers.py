"""All that reads the history for those who ask, on one thread."""

from collections.abc import Callable, Sequence

from zeropoint.history.columns_reader import BLOCK_IS_DAMAGED, Hole
from zeropoint.history.fault import Fault
from zeropoint.history.gaps import Loss
from zeropoint.history.journal_reader import JournalReader
from zeropoint.history.queries import Queries

# All of time that the history's files may tell of.
LAST_MS = 253_402_300_799_999


class Readers:
    """`losses` tells what was lost between two times."""

    def __init__(self, queries: Queries, journal: JournalReader, losses: Callable[[int, int], Sequence[Loss]]) -> None:
        self.queries = queries
        self.journal = journal
        self.losses = losses

    def names(self) -> set[str]:
        """All series that are stored."""
        return self.queries.reader.names(0, LAST_MS)

    def missing(self, holes: Sequence[Hole], from_ms: int, to_ms: int) -> tuple[list[Loss], str | None]:
        """What is missing in a window, the oldest first, and what more there is to say: why files could not be read,
        and why that may not be all. `holes` are blocks and files that could not be read. Values that are there do not
        depend on the file of what is not."""
        found = [Loss(hole.from_ms, hole.to_ms, None, "damaged") for hole in holes]
        reasons = dict.fromkeys(hole.reason for hole in holes if hole.reason != BLOCK_IS_DAMAGED)
        try:
            found += self.losses(from_ms, to_ms)
        except Fault as fault:
            reasons[str(fault)] = None
        return sorted(found, key=lambda loss: (loss.from_ms, loss.to_ms)), "; ".join(reasons) or None
