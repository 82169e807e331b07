"""Reads the journal: whole samples, exactly as they were sent, in the order in which they were written."""

from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
from msgspec import Struct

from zeropoint.history.held_file import HeldFile
from zeropoint.history.journal_format import FILE, SCHEMA, Entry
from zeropoint.history.journal_scan import (
    Start,
    Unit,
    earliest,
    last_sequences,
    newest_before,
    start_after,
    stretch,
    unit_after,
)
from zeropoint.history.sample_id import parse_id
from zeropoint.model import Gap, GapReason

# A sample tells of a moment for as long as health calls it fresh.
FRESH_MS = 5000
FRESH_INTERVALS = 3
# A client may have seen samples that were not durable yet when the appliance was ended by force.
WINDOW_SAMPLES = 60


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
    after it tells how much is lost, and `doubt` is called.
    """

    def __init__(self, directory: Path, doubt: Callable[[], None] = lambda: None) -> None:
        self._doubt = doubt
        self._file = HeldFile(directory / FILE, SCHEMA)

    def after(self, id: str, limit: int) -> Tail:
        """What came after `id`, which may be anything that a client sends; at most `limit` samples.

        Of an epoch that is newer than all here, or an id that is none, it knows nothing: no rows, and a gap with reason
        unknown-id. To go on, ask with the id of the last row.
        """
        place = parse_id(id)
        with self._file.reading() as connection:
            start = start_after(connection, *place) if connection and place else None
            if connection is None or place is None or start is None:
                return Tail(Gap(reason="unknown-id"), [], True)
            found = self._collect(connection, start.position, limit + 1, place)
        previous = place if start.lost is not None and start.lost <= 0 else None
        rows = _stored(found[:limit], previous)
        return Tail(_gap(id, start, rows), [_without_loss(rows[0]), *rows[1:]] if rows else [], len(found) <= limit)

    def at(self, time_ms: int) -> Stored | None:
        """The newest sample at or before a time; None where that is older than a sample is fresh."""
        with self._file.reading() as connection:
            found = newest_before(connection, time_ms, self._doubt) if connection else None
        if found is None or time_ms - found[1].time_ms > max(FRESH_MS, FRESH_INTERVALS * found[1].interval_ms):
            return None
        return _stored([found], None)[0]

    def between(self, from_ms: int, to_ms: int) -> Iterator[Stored]:
        """All samples of [from_ms, to_ms]. No transaction stays open between two of them."""
        with self._file.reading() as connection:
            found = stretch(connection, from_ms, to_ms) if connection else None
        if found is None:
            return
        position, last = found[0] - 1, found[1]
        previous: tuple[str, int] | None = None
        while last is None or position < last:
            with self._file.reading() as connection:
                unit = unit_after(connection, position) if connection else None
            if unit is None:
                return
            position = unit.last_position
            self._note(unit)
            for epoch, entry in unit.entries:
                if from_ms <= entry.time_ms <= to_ms:
                    yield _stored([(epoch, entry)], previous)[0]
                previous = (epoch, entry.sequence)

    def oldest_ms(self) -> int | None:
        """The time of the earliest sample; None where there is none."""
        with self._file.reading() as connection:
            return earliest(connection) if connection else None

    def last_sequences(self) -> dict[str, int]:
        """The epochs that the journal holds, in the order of writing, with the last sample of each."""
        with self._file.reading() as connection:
            return last_sequences(connection) if connection else {}

    def close(self) -> None:
        self._file.close()

    def _collect(
        self, connection: apsw.Connection, position: int, limit: int, seen: tuple[str, int]
    ) -> list[tuple[str, Entry]]:
        """Up to `limit` samples after a position, without those of the reader's epoch that it has seen."""
        found: list[tuple[str, Entry]] = []
        while len(found) < limit and (unit := unit_after(connection, position)) is not None:
            position = unit.last_position
            self._note(unit)
            found += [one for one in unit.entries if one[0] != seen[0] or one[1].sequence > seen[1]]
        return found[:limit]

    def _note(self, unit: Unit) -> None:
        if unit.is_damaged:
            self._doubt()


def _stored(found: list[tuple[str, Entry]], previous: tuple[str, int] | None) -> list[Stored]:
    """`previous` is the sample before; where it is not known, how much is lost before the first is not either."""
    rows = []
    for epoch, entry in found:
        seen = previous[1] if previous and previous[0] == epoch else 0  # an epoch begins at 1
        lost = entry.sequence - seen - 1 if previous else 0
        rows.append(Stored(f"{epoch}-{entry.sequence}", entry.time_ms, entry.missed, max(0, lost), entry.payload))
        previous = (epoch, entry.sequence)
    return rows


def _gap(id: str, start: Start, rows: list[Stored]) -> Gap | None:
    """The hole between the id that was given and the first row."""
    if not rows:
        return None
    lost: int | None
    reason: GapReason = "beyond-replay"
    if start.lost is None or start.lost < -WINDOW_SAMPLES:
        lost, reason = None, "unknown-id"
    else:
        lost = max(0, start.lost) + rows[0].lost
    return Gap(since=id, until=rows[0].id, lost=lost, reason=reason) if lost != 0 else None


def _without_loss(row: Stored) -> Stored:
    return Stored(row.id, row.time_ms, row.missed, 0, row.payload)
