"""The one writer of the history: what its thread does with each sample, and with each minute."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from zeropoint.history.aside import notices
from zeropoint.history.columns import ColumnStore
from zeropoint.history.columns_part import ColumnsPart
from zeropoint.history.database import adopt, replaced
from zeropoint.history.decode import SampleDecoder
from zeropoint.history.fault import Fault, fault_of
from zeropoint.history.gaps import FILE as GAPS
from zeropoint.history.gaps_part import GapsPart
from zeropoint.history.guard import Guard
from zeropoint.history.journal_format import FILE as JOURNAL
from zeropoint.history.journal_part import JournalPart
from zeropoint.history.journal_reader import JournalReader
from zeropoint.history.missing import Run
from zeropoint.history.record import Record
from zeropoint.history.retention import Limits, forget_old
from zeropoint.history.room import Room, size_bytes
from zeropoint.history.scrub import Scrub
from zeropoint.history.timeline import Timeline
from zeropoint.history.waiting import Waiting
from zeropoint.model import Component

log = structlog.get_logger()
# Between two steps of work that does not come from a sample: catching up and rolling up leave the processor to others.
STEP_SECONDS = 0.25
HANGS_SECONDS = 10.0


class Writer:
    """`turn` is all that the thread does with what came. Nothing is raised: `failures` tells what is wrong."""

    def __init__(
        self,
        directory: Path,
        waiting: Waiting,
        components: Mapping[str, type[Component]],
        limits: Limits,
        *,
        claim: Callable[[], None] = lambda: None,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory = directory
        self._waiting = waiting
        self._limits = limits = limits.within(directory)
        self._claim: Callable[[], None] | None = claim
        self._wall = wall
        self._monotonic = monotonic
        self.gaps = GapsPart(directory, Guard(monotonic, wall), wall)
        self._timeline = Timeline(self.gaps.log, monotonic)
        self.journal = JournalPart(
            directory=directory,
            waiting=waiting,
            gaps=self.gaps.log,
            guard=Guard(monotonic, wall),
            wall=wall,
            note_rest=self._timeline.note_rest,
            stored=self._stored,
            keep_ms=limits.journal_ms,
            block_bytes=limits.rows_bytes,
            wal_bytes=limits.wal_bytes,
        )
        self._reader = JournalReader(directory, self.journal.doubt)
        self.columns = ColumnsPart(
            directory=directory,
            store=ColumnStore(directory),
            reader=self._reader,
            decoder=SampleDecoder(components),
            gaps=self.gaps.log,
            guard=Guard(monotonic, wall),
            wall=wall,
            doubt=self.journal.doubt,
        )
        self._scrub = Scrub(directory, self.doubt)
        self._room = Room(directory, self.columns.store, self.journal, limits)
        self._minute: int | None = None
        self._more = True
        self._asides = 0
        self._notices: list[str] = []
        self._broken: str | None = None
        self._busy_since: float | None = None
        self.size_bytes: int | None = None

    def run(self) -> None:
        """Until the queue is closed; what waits then is still written."""
        closed = False
        while not closed:
            self._busy_since = None
            records, closed = self._waiting.wait(self._pause_seconds())
            self._busy_since = self._monotonic()
            try:
                self.turn(records)
                self._broken = None
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end the history
                self._broken = type(error).__name__
                log.error("the history has a fault of its own", error=self._broken)
        self.close()

    def turn(self, records: list[Record]) -> None:
        """Deals with what came since the last turn, and with what is due."""
        for record in records:
            try:
                self._timeline.note(record)
                self.columns.add(record)
            finally:
                self._waiting.seen(record)
        if not self._is_ours():
            return
        self.journal.write()
        self.journal.look()
        self.columns.look()
        self._more = self.columns.write()
        self.gaps.write()
        minute = int(self._wall()) // 60
        if minute != self._minute:
            self._minute = minute
            self._keep_house()
        asides = sum(part.asides_total for part in (self.journal, self.columns, self.gaps))
        if asides != self._asides:
            self._asides = asides
            self._notices = notices(self._directory, self._wall())

    def close(self) -> None:
        """Writes the run that is not over, where the directory is held, and lets go of all files."""
        if self._claim is None:
            self.columns.write(all_of_it=True)
        # The connection that is closed last brings the WAL back into the file, which one that reads cannot.
        for part in (self._reader, self.columns, self.journal, self.gaps):
            part.close()

    def doubt(self, path: Path) -> None:
        """Called by whoever found a file damaged while reading, on any thread: it is looked at, and mended."""
        if path.name == JOURNAL:
            self.journal.doubt()
        elif path.name == GAPS:
            self.gaps.doubt()
        else:
            self.columns.doubt(path)

    def failures(self) -> list[str]:
        """Reasons for /health, a line each; any thread may ask."""
        lines = [self.journal.guard.line(self.journal.lost_total), self.columns.guard.line(), self.gaps.guard.line()]
        lines.append(self._room.shortage(self._wall()))
        if self._broken is not None:
            lines.append(f"history: a fault of its own ({self._broken})")
        busy_since = self._busy_since
        if busy_since is not None and (hangs := self._monotonic() - busy_since) > HANGS_SECONDS:
            lines.append(f"history: the disk has not answered for {hangs:.0f} s")
        return [*(line for line in lines if line is not None), *self._notices]

    def _stored(self, from_ms: int) -> list[Run]:
        return self.columns.runs(from_ms)

    def _is_ours(self) -> bool:
        """Whether the directory is held, so that nobody else writes there; it is tried again every few seconds."""
        if self._claim is not None and self.journal.guard.is_due:
            path = self._directory.parent / "lock"
            try:
                self._claim()
                for path in replaced(self._directory):
                    adopt(path)
                self._claim = None
            except OSError as error:
                self.journal.hold(fault_of(error, path))
        return self._claim is None

    def _pause_seconds(self) -> float | None:
        """How long there is nothing to do unless a sample comes; None: until then."""
        waits = [part.guard.retry_seconds for part in (self.journal, self.columns, self.gaps)]
        if self._more:
            waits.append(STEP_SECONDS)
        return min((wait for wait in waits if wait is not None), default=None)

    def _keep_house(self) -> None:
        """What is done once a minute."""
        self._notices = notices(self._directory, self._wall())
        try:
            if self._timeline.is_trusted:
                forget_old(self.columns.store, self.journal, round(self._wall() * 1000), self._limits)
            self._room.make()
        except Fault as fault:
            self.columns.fail(fault)
        self.size_bytes = size_bytes(self._directory)
        self._scrub.step(int(self._monotonic()) // 60)
