"""The writer's part that keeps the journal: what waits goes into it, and it is mended where it can be."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import structlog

from zeropoint.history import missing
from zeropoint.history.fault import Fault
from zeropoint.history.gaps import GapLog, GapReader, LossReason
from zeropoint.history.guard import Guard
from zeropoint.history.journal import BLOCK_BYTES, WAL_BYTES, Journal
from zeropoint.history.journal_format import FILE, SCHEMA
from zeropoint.history.journal_pruning import Dropped
from zeropoint.history.journal_salvage import save_journal
from zeropoint.history.mending import mend
from zeropoint.history.missing import Run
from zeropoint.history.record import Record
from zeropoint.history.waiting import Waiting

log = structlog.get_logger()
T = TypeVar("T")


class JournalPart:
    """Owned by the writer's thread. Nothing is raised: what fails is in `guard`.

    `note_rest` gets the time of the newest sample that was there before, None where there was none, and the first
    one of this process. `stored` tells what the columns have or had of the time since one in milliseconds, and may
    raise Fault: what is lost of a journal that was damaged is counted by that.
    """

    def __init__(
        self,
        *,
        directory: Path,
        waiting: Waiting,
        gaps: GapLog,
        guard: Guard,
        wall: Callable[[], float],
        note_rest: Callable[[int | None, Record], None],
        stored: Callable[[int], Sequence[Run]],
        keep_ms: int,
        block_bytes: int = BLOCK_BYTES,
        wal_bytes: int = WAL_BYTES,
    ) -> None:
        self.guard = guard
        self.written_total = 0
        self.damaged_total = 0
        self.asides_total = 0
        self.commit_seconds: float | None = None
        self._directory = directory
        self._waiting = waiting
        self._gaps = gaps
        self._wall = wall
        self._note_rest = note_rest
        self._stored = stored
        self._keep_ms = keep_ms
        self._block_bytes, self._wal_bytes = block_bytes, wal_bytes
        self._journal: Journal | None = None
        self._is_first = True
        self._doubted = False
        self._mended = False

    @property
    def lost_total(self) -> int:
        """Samples that are not in the journal, or no longer, and should be."""
        return self._waiting.lost_total + self.damaged_total

    def write(self) -> None:
        """Writes all that waits, as far as it goes."""
        self._tell_lost()  # while it is known that it failed
        if not self.guard.is_due:
            return
        while (record := self._waiting.take()) is not None:
            try:
                self._append(record)
            except Fault as fault:
                self._waiting.put_back(record)
                self._fail(fault)
                if fault.kind != "damaged" or self.guard.fault is not None:
                    break
            else:
                self.guard.works(self.lost_total)
        self._tell_lost()

    def hold(self, fault: Fault) -> None:
        """Nothing can be written at the moment."""
        self.guard.fails(fault, self.lost_total)
        self._tell_lost()

    def prune(self, now_ms: int, keep_ms: int) -> None:
        self._try(lambda journal: journal.prune(now_ms, keep_ms))

    def drop_oldest(self, size_bytes: int) -> Dropped:
        """Deletes the oldest blocks, so many that they have this size, or all; what was deleted."""
        return self._try(lambda journal: journal.drop_oldest(size_bytes)) or Dropped()

    def used_bytes(self) -> int:
        """How much of the file holds something; 0 where it is not open."""
        return self._try(lambda journal: journal.used_bytes()) or 0

    def doubt(self) -> None:
        """Called by whoever found it damaged while reading, on any thread; the next `look` says whether it is."""
        self._doubted = True

    def look(self) -> None:
        """Reads the file from end to end if it is in doubt, and replaces it if it is damaged."""
        if not self._doubted or not self.guard.is_due:
            return
        self._doubted = False
        try:
            if not self._opened().is_whole():
                raise Fault("damaged", self._directory / FILE)
        except Fault as fault:
            self._fail(fault)

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _append(self, record: Record) -> None:
        journal = self._opened(record)
        if self._is_first:
            self._note_rest(journal.newest_time_ms, record)
        began = time.perf_counter()
        journal.append(record)
        self.commit_seconds = time.perf_counter() - began
        self._is_first = False
        self.written_total += 1
        damaged = journal.seal()
        if damaged:
            self._tell_damaged(record.time_ms - 60_000, record.time_ms, damaged)

    def _tell_lost(self) -> None:
        lost = self._waiting.take_lost()
        if lost is not None:
            reason: LossReason = "queue-full" if self.guard.fault is None else "history-failed"
            self._gaps.add(lost.from_ms, lost.to_ms, lost.count, reason)

    def _opened(self, following: Record | None = None) -> Journal:
        """`following`: what is written next; None for what waits."""
        if self._journal is None:
            # To SQLite that is a new database; ours is never without its tables once it held anything.
            self._mended |= is_empty(self._directory / FILE)
            self._journal = Journal(self._directory, self._block_bytes, self._wal_bytes)
        if self._mended:
            self._mended = False
            self._tell_missing(self._journal, following or self._waiting.oldest())
        return self._journal

    def _try(self, call: Callable[[Journal], T]) -> T | None:
        if self._journal is None:
            return None
        try:
            return call(self._journal)
        except Fault as fault:
            self._fail(fault)
            return None

    def _fail(self, fault: Fault) -> None:
        """Lets go of the file; one that is damaged is replaced by what can be saved of it."""
        self.close()
        if fault.kind == "damaged":
            try:
                self._replace(fault)
            except Fault as another:
                fault = another
            else:
                return
        self.guard.fails(fault, self.lost_total)

    def _replace(self, fault: Fault) -> None:
        mend(fault, SCHEMA, save_journal, self._directory, datetime.fromtimestamp(self._wall(), UTC))
        self.asides_total += 1
        self._mended = True
        self._opened()

    def _tell_missing(self, journal: Journal, following: Record | None) -> None:
        """Of a journal that was mended: what is missing between its samples, before them and after them."""
        for before_ms, after_ms, lost in journal.holes():
            if not self._is_told(before_ms, after_ms):
                self._tell_damaged(before_ms, after_ms, lost)
        runs: Sequence[Run] = ()
        with suppress(Fault):  # of the columns; then nobody knows
            runs = self._stored(round(self._wall() * 1000) - self._keep_ms)
        oldest = journal.before()
        end = None if following is None else (following.epoch, following.sequence)
        if oldest.id is not None and oldest.lost and (earlier := missing.between(runs, None, oldest.id)):
            # What is older than the journal is kept was deleted.
            from_ms, to_ms, count = missing.extent(earlier)
            self._tell_damaged(from_ms, to_ms, min(count, oldest.lost))
        if later := missing.between(runs, journal.newest_id, end):
            self._tell_damaged(*missing.extent(later))

    def _is_told(self, from_ms: int, to_ms: int) -> bool:
        """Whether this hole is one of a former damage."""
        with suppress(Fault), closing(GapReader(self._directory)) as told:
            losses = told.between(from_ms, to_ms, self._gaps.unwritten())
            return any(one.reason == "damaged" and one.from_ms <= from_ms and to_ms <= one.to_ms for one in losses)
        return False

    def _tell_damaged(self, from_ms: int, to_ms: int, lost: int) -> None:
        self.damaged_total += lost
        self._gaps.add(from_ms, to_ms, lost, "damaged")
        log.warning("samples of the history were damaged", lost=lost)


def is_empty(path: Path) -> bool:
    """Whether it is there and holds nothing, as a file system leaves it that lost its content."""
    try:
        return path.stat().st_size == 0
    except OSError:
        return False
