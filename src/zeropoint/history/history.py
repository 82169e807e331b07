"""The history as the rest of the appliance sees it: samples go in, and it tells how it fares."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from zeropoint.history.flatten import Flattener
from zeropoint.history.gaps import Loss
from zeropoint.history.journal_format import FILE as JOURNAL
from zeropoint.history.record import Record
from zeropoint.history.retention import Limits
from zeropoint.history.run_buffer import Columns
from zeropoint.history.waiting import Waiting
from zeropoint.history.writer import Writer
from zeropoint.model import Component, HistoryReport

# What the end of the appliance waits for, at most: a disk that hangs does not hold it.
STOP_SECONDS = 2.0
DECIMALS = 6


class History:
    """Everything in `directory`, with the thread that writes it, which is alone in doing so.

    `components` are the reports of the AI components by name; `claim` makes the directory this process's, or raises
    OSError: before that nothing is written. Readers of the files (JournalReader, ColumnReader,
    GapReader) are made by who needs them, on threads of their own.
    """

    def __init__(
        self,
        directory: Path,
        components: Mapping[str, type[Component]],
        limits: Limits,
        claim: Callable[[], None] = lambda: None,
    ) -> None:
        self.directory = directory
        self._waiting = Waiting()
        self._writer = Writer(directory, self._waiting, components, limits, claim=claim)
        self._flattener = Flattener()
        self._thread = threading.Thread(target=self._writer.run, name="history", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Writes what waits, as far as that goes within STOP_SECONDS."""
        self._waiting.close()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def put(self, record: Record) -> None:
        """Takes a sample; never waits for the disk."""
        self._waiting.put(record)

    def failures(self) -> list[str]:
        """What is wrong, a line each."""
        return self._writer.failures()

    def statistics(self) -> HistoryReport:
        journal, waiting = self._writer.journal, self._waiting.statistics()
        commit_seconds = journal.commit_seconds
        return HistoryReport(
            written_samples_total=journal.written_total,
            lost_samples_total=journal.lost_total,
            waiting_samples=waiting["records"],
            waiting_bytes=waiting["bytes"],
            size_bytes=self._writer.size_bytes,
            commit_seconds=None if commit_seconds is None else round(commit_seconds, DECIMALS),
        )

    def newest_columns(self) -> Columns | None:
        """What ColumnReader is to be given as `newest`: the samples that are in no file of the columns yet, up to the
        one that was put last. For one thread."""
        return self._writer.columns.newest(self._waiting.unseen(), self._flattener)

    def unwritten_losses(self) -> list[Loss]:
        """What GapReader.between is to be given: losses that were noted and are in no file yet."""
        return self._writer.gaps.log.unwritten()

    def doubt(self, path: Path) -> None:
        """To be called where a reader found a file damaged: it is looked at, and mended."""
        self._writer.doubt(path)
        self._waiting.ask()

    def doubt_journal(self) -> None:
        """The same of the journal."""
        self.doubt(self.directory / JOURNAL)
