"""Reads the journal: whole samples, exactly as they were sent, in the order in which they were written."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from zeropoint.history.journal_format import FILE
from zeropoint.model import Gap

# A sample tells of a moment for as long as health calls it fresh.
FRESH_MS = 5000
FRESH_INTERVALS = 3
# A client may have seen samples that were not durable yet when the appliance was ended by force.
WINDOW_SAMPLES = 60
ROWS_AT_A_TIME = 60


class Stored(Struct, frozen=True, gc=False):
    """One sample out of the journal: `missed` ticks stand before it, and `lost` samples of its epoch that the journal
    does not have."""

    id: str
    time_ms: int
    missed: int
    lost: int
    payload: bytes


class Tail(Struct, frozen=True):
    """What came after an id: the hole before `rows`, if any, and the samples in order; whether these are all."""

    gap: Gap | None
    rows: list[Stored]
    is_end: bool


class JournalReader:
    """Reads beside the writer, in the same process or another one. Used on one thread at a time.

    A missing journal is an empty one. Everything may raise Fault. A damaged row or block costs itself only: what comes
    after it tells how much is lost.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE

    def after(self, id: str, limit: int) -> Tail:
        """What came after `id`, which may be anything that a client sends; at most `limit` samples.

        Of an epoch that is newer than all here, or an id that is none, it knows nothing: no rows, and a gap with reason
        unknown-id. To go on, ask with the id of the last row.
        """
        raise NotImplementedError

    def at(self, time_ms: int) -> Stored | None:
        """The newest sample at or before a time; None where that is older than a sample is fresh."""
        raise NotImplementedError

    def between(self, from_ms: int, to_ms: int) -> Iterator[Stored]:
        """All samples of [from_ms, to_ms]. No transaction stays open between two of them."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
