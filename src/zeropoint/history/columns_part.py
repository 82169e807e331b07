"""The writer's part that keeps the columns: the minute that is not over, and those that wait to be written."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from zeropoint.history.aside import put_aside
from zeropoint.history.catch_up import CatchUp, Run
from zeropoint.history.columns import ColumnStore
from zeropoint.history.decode import SampleDecoder
from zeropoint.history.fault import Fault
from zeropoint.history.flatten import Flat, Flattener
from zeropoint.history.guard import Guard
from zeropoint.history.journal_format import FILE as JOURNAL
from zeropoint.history.journal_reader import JournalReader
from zeropoint.history.minute import Columns, MinuteBuffer, columns_of
from zeropoint.history.record import Record

# As many as the samples that may wait for the journal are of, at one a second. What is more is read from the journal.
MOST_UNWRITTEN = 10


class ColumnsPart:
    """Owned by the writer's thread, but for `newest`. Nothing is raised: what fails is in `guard`.

    `doubt` is called where the journal turns out to be damaged.
    """

    def __init__(
        self,
        *,
        directory: Path,
        store: ColumnStore,
        reader: JournalReader,
        decoder: SampleDecoder,
        guard: Guard,
        wall: Callable[[], float],
        doubt: Callable[[], None],
    ) -> None:
        self.guard = guard
        self.store = store
        self.is_behind = True
        self.asides_total = 0
        self._directory = directory
        self._wall = wall
        self._doubt = doubt
        self._owes = False
        self._flattener = Flattener()
        # The last one is the minute that is not over. Replaced as a whole, so that other threads see a state.
        self._unwritten: tuple[Run, ...] = ()
        self._newest: tuple[list[tuple[int, Flat]], Columns] | None = None
        self._catch_up = CatchUp(reader, store, decoder, self._flattener, self._first_unwritten)
        self._rolls = True

    def add(self, record: Record) -> None:
        """Takes a sample into its minute; one that can't follow there begins another run."""
        last = self._unwritten[-1] if self._unwritten else None
        if last is not None and _follows(last, record):
            last.buffer.add(record.sample, record.time_ms)
            grown = Run(last.buffer, last.epoch, last.first_sequence, record.sequence)
            self._unwritten = (*self._unwritten[:-1], grown)
            return
        buffer = MinuteBuffer(self._flattener)
        buffer.add(record.sample, record.time_ms)
        self._unwritten = (*self._unwritten, Run(buffer, record.epoch, record.sequence, record.sequence))
        self._rolls = True
        if self._owes:
            self._owes = False
            self._fall_behind()
        if len(self._unwritten) > MOST_UNWRITTEN + 1:
            self._unwritten = self._unwritten[1:]
            self._fall_behind()

    def newest(self, unseen: Sequence[Record], flattener: Flattener) -> Columns | None:
        """All that is not written yet, as one; another thread may ask. None where there is nothing.

        `unseen` are samples that may not have been added, as they were before the call; `flattener` is that thread's.
        """
        runs = self._unwritten
        rows = [row for run in runs for row in run.buffer.rows()]
        added = {row[0] for row in rows} if unseen else set()
        rows += [(one.time_ms, flattener.flatten(one.sample)) for one in unseen if one.time_ms not in added]
        rows.sort(key=lambda row: row[0])
        if not rows:
            return None
        # A question looks several times, and a page asks several in a second.
        kept = self._newest
        if kept is None or len(kept[0]) != len(rows) or kept[0][0] is not rows[0] or kept[0][-1] is not rows[-1]:
            interval_ms = runs[-1].buffer.interval_ms if runs else unseen[-1].interval_ms
            kept = self._newest = (rows, columns_of(rows, interval_ms))
        return kept[1]

    def write(self, *, all_of_it: bool = False) -> bool:
        """Writes the minutes that are over, or catches up a step, or rolls up; whether there is more to do at once."""
        if not self.guard.is_due:
            return False
        try:
            more = self._write(all_of_it)
        except Fault as fault:
            return self.fail(fault)
        self.guard.works()
        return more

    def close(self) -> None:
        self.store.close()

    def _write(self, all_of_it: bool) -> bool:
        if self.is_behind:
            # Nothing later is written before: what is there of an epoch tells what is missing of it.
            self.is_behind = self._catch_up.step()
            if self.is_behind:
                return True
        while len(self._unwritten) > (0 if all_of_it else 1):
            run = self._unwritten[0]
            columns = run.buffer.columns()
            if columns is not None:
                self.store.write(columns, run.epoch, run.first_sequence, run.last_sequence)
            self._unwritten = self._unwritten[1:]
        if self._rolls and not all_of_it:
            self._rolls = self.store.roll_due(round(self._wall() * 1000))
        return self._rolls

    def fail(self, fault: Fault) -> bool:
        """Of a file of the columns, or of the journal that they are made of; whether it can be tried again at once."""
        if fault.path.name == JOURNAL:
            return self._fail_to_catch_up(fault)
        if fault.kind == "damaged":
            try:
                put_aside(fault, self._directory, datetime.fromtimestamp(self._wall(), UTC))
            except Fault as another:
                fault = another
            else:
                self.asides_total += 1
                self._fall_behind()  # another file begins, and the journal has what it can
                return True
        self.guard.fails(fault)
        return False

    def _fail_to_catch_up(self, fault: Fault) -> bool:
        """The journal can't be read: the minutes that are here are written, and the rest is tried with the next one."""
        if fault.kind == "damaged":
            self._doubt()
        self.is_behind, self._owes = False, True
        return True

    def _fall_behind(self) -> None:
        self.is_behind = True
        self._catch_up.begin()

    def _first_unwritten(self) -> tuple[str, int] | None:
        return (self._unwritten[0].epoch, self._unwritten[0].first_sequence) if self._unwritten else None


def _follows(run: Run, record: Record) -> bool:
    is_next = run.epoch == record.epoch and record.sequence == run.last_sequence + 1
    return is_next and run.buffer.takes(record.time_ms)
