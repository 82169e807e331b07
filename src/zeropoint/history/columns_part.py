"""The writer's part that keeps the columns: the run that is not over, and those that wait to be written."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from zeropoint.history.catch_up import BufferedRun, CatchUp
from zeropoint.history.columns import ColumnStore
from zeropoint.history.columns_salvage import save_columns
from zeropoint.history.decode import SampleDecoder
from zeropoint.history.due import FINER
from zeropoint.history.fault import Fault
from zeropoint.history.flatten import Flat, Flattener
from zeropoint.history.gaps import GapLog
from zeropoint.history.guard import Guard
from zeropoint.history.journal_format import FILE as JOURNAL
from zeropoint.history.journal_reader import JournalReader
from zeropoint.history.mending import mend
from zeropoint.history.missing import Run
from zeropoint.history.record import Record
from zeropoint.history.run_buffer import Columns, RunBuffer, columns_of
from zeropoint.history.tiers import SCHEMA, Tier, TierFile, file_of

# As many as the samples that may wait for the journal are of, at one a second. What is more is read from the journal.
MOST_UNWRITTEN = 2


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
        gaps: GapLog,
        guard: Guard,
        wall: Callable[[], float],
        doubt: Callable[[], None],
    ) -> None:
        self.guard = guard
        self.store = store
        self.is_behind = True
        self.asides_total = 0
        self._directory = directory
        self._reader = reader
        self._gaps = gaps
        self._wall = wall
        self._doubt_journal = doubt
        self._doubted: set[Path] = set()
        self._owes = False
        self._flattener = Flattener()
        # The last one is not over. Replaced as a whole, so that other threads see a state.
        self._unwritten: tuple[BufferedRun, ...] = ()
        self._newest: tuple[list[tuple[int, Flat]], Columns] | None = None
        self._catch_up = CatchUp(reader, store, decoder, self._flattener, self._first_unwritten)
        self._rolls = True

    def add(self, record: Record) -> None:
        """Takes a sample into the last run; one that can't follow there begins another."""
        last = self._unwritten[-1] if self._unwritten else None
        if last is not None and _follows(last, record):
            last.buffer.add(record.sample, record.time_ms)
            grown = BufferedRun(last.buffer, last.epoch, last.first_sequence, record.sequence)
            self._unwritten = (*self._unwritten[:-1], grown)
            return
        buffer = RunBuffer(self._flattener)
        buffer.add(record.sample, record.time_ms)
        self._unwritten = (*self._unwritten, BufferedRun(buffer, record.epoch, record.sequence, record.sequence))
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
        """Writes the runs that are over, or catches up a step, or rolls up; whether there is more to do at once."""
        if not self.guard.is_due:
            return False
        try:
            more = self._write(all_of_it)
        except Fault as fault:
            return self.fail(fault)
        self.guard.works()
        return more

    def runs(self, from_ms: int) -> list[Run]:
        """The samples that the columns have of a time or later, with those that are not written yet. Raises Fault."""
        unwritten = [one.run() for one in self._unwritten]
        return [*self.store.runs(from_ms), *(run for run in unwritten if run.to_ms >= from_ms)]

    def doubt(self, path: Path) -> None:
        """Called by whoever found a file of the tiers damaged while reading, on any thread; the next `look` says
        whether it is."""
        self._doubted.add(path)

    def look(self) -> None:
        """Reads a file from end to end if it is in doubt, and replaces it if it is damaged."""
        if not self._doubted or not self.guard.is_due:
            return
        path = self._doubted.pop()
        file = file_of(path)
        try:
            if file is not None and not self.store.is_whole(file):
                raise Fault("damaged", path)
        except Fault as fault:
            self.fail(fault)

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
        file = file_of(fault.path)
        if fault.kind == "damaged" and file is not None:
            try:
                self._mend(fault, file)
            except Fault as another:
                fault = another
            else:
                return True
        self.guard.fails(fault)
        return False

    def _mend(self, fault: Fault, file: TierFile) -> None:
        """What is lost of a file is made again where it can be, of the journal or the finer tier; the rest is told."""
        self.store.let_go(file)
        made_from_ms = self._made_from_ms(file.tier)
        save = partial(save_columns, file=file, names=self.store.names(), made_from_ms=made_from_ms)
        lost = mend(fault, SCHEMA, save, self._directory, datetime.fromtimestamp(self._wall(), UTC))
        self.asides_total += 1
        self.store.close()
        self._rolls = True
        if file.tier == "samples":
            self._fall_behind(from_the_first=True)
        for from_ms, to_ms in lost:
            if from_ms < made_from_ms:
                self._gaps.add(from_ms, min(to_ms, made_from_ms), None, "damaged")

    def _made_from_ms(self, tier: Tier) -> int:
        """From which time on a tier can be made again."""
        oldest: list[int | None] = []
        with suppress(Fault):
            oldest.append(self._reader.oldest_ms())
        while tier in FINER:
            tier = FINER[tier]
            with suppress(Fault):
                oldest.append(self.store.oldest_ms(tier))
        return min((one for one in oldest if one is not None), default=round(self._wall() * 1000))

    def _fail_to_catch_up(self, fault: Fault) -> bool:
        """The journal can't be read: the runs that are here are written, and the rest is tried with the next one."""
        if fault.kind == "damaged":
            self._doubt_journal()
        self.is_behind, self._owes = False, True
        return True

    def _fall_behind(self, *, from_the_first: bool = False) -> None:
        self.is_behind = True
        self._catch_up.begin(from_the_first=from_the_first)

    def _first_unwritten(self) -> tuple[str, int] | None:
        return (self._unwritten[0].epoch, self._unwritten[0].first_sequence) if self._unwritten else None


def _follows(run: BufferedRun, record: Record) -> bool:
    is_next = run.epoch == record.epoch and record.sequence == run.last_sequence + 1
    return is_next and run.buffer.takes(record.time_ms)
