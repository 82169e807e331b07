"""Writes into the columns what the journal has and they do not: after a crash, and after they could not be written."""

from collections.abc import Callable, Iterator

import msgspec
from msgspec import Struct

from zeropoint.history.columns import ColumnStore
from zeropoint.history.decode import SampleDecoder
from zeropoint.history.flatten import Flattener
from zeropoint.history.journal_reader import JournalReader, Stored
from zeropoint.history.missing import Run
from zeropoint.history.run_buffer import RunBuffer
from zeropoint.history.sample_id import parse_id
from zeropoint.model import Sample

# Two minutes at a sample a second: what a step may hold in memory, and for how long it may work.
ROWS_AT_A_TIME = 120


class BufferedRun(Struct, frozen=True):
    """Samples of one epoch, without holes, on their way into one block of the columns."""

    buffer: RunBuffer
    epoch: str
    first_sequence: int
    last_sequence: int

    def run(self) -> Run:
        times = [time_ms for time_ms, _ in self.buffer.rows()]
        return Run(self.epoch, self.first_sequence, self.last_sequence, times[0], times[-1])


class Lacking(Struct, frozen=True):
    """Samples of an epoch that the columns lack: after one sequence, up to another."""

    epoch: str
    after: int
    last: int


class CatchUp:
    """Owned by the writer's thread. `until` tells which sample is in the buffer already, and those after it."""

    def __init__(
        self,
        reader: JournalReader,
        store: ColumnStore,
        decoder: SampleDecoder,
        flattener: Flattener,
        until: Callable[[], tuple[str, int] | None],
    ) -> None:
        self._reader = reader
        self._store = store
        self._decoder = decoder
        self._flattener = flattener
        self._until = until
        self._todo: list[Lacking] | None = None
        self._open: BufferedRun | None = None
        self._from_the_first = False

    def begin(self, *, from_the_first: bool = False) -> None:
        """From here on `step` looks anew what is missing: after the first sample that the columns have of an epoch,
        since what was before may have been deleted; or of all that the journal has."""
        self._todo, self._open = None, None
        self._from_the_first |= from_the_first

    def step(self) -> bool:
        """Does a part of the work; False when there is none. Raises Fault of the file that failed; then the next one
        begins where this one did, or before."""
        if self._todo is None:
            self._todo = list(self._missing())
            self._from_the_first = False
        if not self._todo:
            return False
        lacking, first = self._todo[0], self._open
        self._open = None
        epoch, after = lacking.epoch, first.last_sequence if first else lacking.after
        tail = self._reader.after(f"{epoch}-{after}", ROWS_AT_A_TIME)
        rows = [row for row in tail.rows if self._is_wanted(row, lacking)]
        runs = list(self._runs(first, rows, epoch))
        is_end = len(rows) < ROWS_AT_A_TIME
        # The last one may go on.
        last = runs.pop() if not is_end and runs and runs[-1].last_sequence == _sequence(rows[-1]) else None
        for run in runs:
            columns = run.buffer.columns()
            if columns is not None:
                self._store.write(columns, epoch, run.first_sequence, run.last_sequence)
        if is_end:
            self._todo.pop(0)
        else:
            self._open = last
            self._todo[0] = Lacking(epoch, last.first_sequence - 1 if last else _sequence(rows[-1]), lacking.last)
        return True

    def _missing(self) -> Iterator[Lacking]:
        """What of the journal's samples is not between those that the columns have."""
        for epoch, last in self._reader.last_sequences().items():
            written = self._store.sequences(epoch)
            done = written[0][1] if written and not self._from_the_first else 0
            for first, until in written:
                if done < first - 1:
                    yield Lacking(epoch, done, min(last, first - 1))
                done = max(done, until)
            if done < last:
                yield Lacking(epoch, done, last)

    def _is_wanted(self, row: Stored, lacking: Lacking) -> bool:
        place, until = parse_id(row.id), self._until()
        if place is None or place[0] != lacking.epoch or place[1] > lacking.last:
            return False
        return until is None or place[0] != until[0] or place[1] < until[1]

    def _runs(self, run: BufferedRun | None, rows: list[Stored], epoch: str) -> Iterator[BufferedRun]:
        """A run and what follows it."""
        for row in rows:
            sequence, sample = _sequence(row), self._decoded(row)
            if run is not None:
                is_next = sample is not None and sequence == run.last_sequence + 1
                if not is_next or not run.buffer.takes(row.time_ms):
                    yield run
                    run = None
            if sample is not None:
                buffer = RunBuffer(self._flattener) if run is None else run.buffer
                buffer.add(sample, row.time_ms)
                run = BufferedRun(buffer, epoch, sequence if run is None else run.first_sequence, sequence)
        if run is not None:
            yield run

    def _decoded(self, row: Stored) -> Sample | None:
        try:
            return self._decoder.decode(row.payload)
        except msgspec.DecodeError:  # an earlier version wrote it, in which a field had another form
            return None


def _sequence(row: Stored) -> int:
    place = parse_id(row.id)
    return place[1] if place else 0
