"""The writer's part that keeps the journal: what waits goes into it, and it is mended where it can be."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from zeropoint.history.aside import put_aside
from zeropoint.history.fault import Fault
from zeropoint.history.gaps import GapLog, LossReason
from zeropoint.history.guard import Guard
from zeropoint.history.journal import BLOCK_BYTES, WAL_BYTES, Journal
from zeropoint.history.record import Record
from zeropoint.history.salvage import salvage
from zeropoint.history.waiting import Waiting

T = TypeVar("T")


class JournalPart:
    """Owned by the writer's thread. Nothing is raised: what fails is in `guard`.

    `note_rest` gets the time of the newest sample that was there before, None where there was none, and the first
    one of this process.
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
        self._block_bytes, self._wal_bytes = block_bytes, wal_bytes
        self._journal: Journal | None = None
        self._is_first = True
        self._doubted = False

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

    def drop_oldest(self, blocks: int) -> int:
        """How many blocks there were to delete."""
        return self._try(lambda journal: journal.drop_oldest(blocks)) or 0

    def doubt(self) -> None:
        """Called by whoever found it damaged while reading, on any thread; the next `look` says whether it is."""
        self._doubted = True

    def look(self) -> None:
        """Reads the file from end to end if it is in doubt, and sets it aside if it is damaged."""
        if self._doubted:
            self._doubted = False
            if self._try(lambda journal: journal.is_whole()) is False and self._journal is not None:
                self._fail(Fault("damaged", self._journal.path))

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _append(self, record: Record) -> None:
        journal = self._opened()
        if self._is_first:
            self._note_rest(journal.newest_time_ms, record)
        began = time.perf_counter()
        journal.append(record)
        self.commit_seconds = time.perf_counter() - began
        self._is_first = False
        self.written_total += 1
        damaged = journal.seal()
        if damaged:
            self.damaged_total += damaged
            self._gaps.add(record.time_ms - 60_000, record.time_ms, damaged, "damaged")

    def _tell_lost(self) -> None:
        lost = self._waiting.take_lost()
        if lost is not None:
            reason: LossReason = "queue-full" if self.guard.fault is None else "history-failed"
            self._gaps.add(lost.from_ms, lost.to_ms, lost.count, reason)

    def _opened(self) -> Journal:
        if self._journal is None:
            self._journal = Journal(self._directory, self._block_bytes, self._wal_bytes)
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
        aside = put_aside(fault, self._directory, datetime.fromtimestamp(self._wall(), UTC))
        self.asides_total += 1
        journal = self._opened()
        for table, rows in salvage(aside):
            journal.restore(table, rows)
        for before_ms, after_ms, lost in journal.holes():
            self.damaged_total += lost
            self._gaps.add(before_ms, after_ms, lost, "damaged")
