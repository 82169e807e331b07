"""The history and what reads it, each on a thread of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from zeropoint.feed.archive import Archive, Tail
from zeropoint.flight import Lane
from zeropoint.history.columns_reader import ColumnReader
from zeropoint.history.fault import Fault
from zeropoint.history.gaps import GapReader, Loss
from zeropoint.history.history import History
from zeropoint.history.journal_reader import JournalReader
from zeropoint.history.queries import Queries
from zeropoint.history.readers import Readers
from zeropoint.history.retention import DAY_MS, HOUR_MS, Limits
from zeropoint.server.history import OnHistory
from zeropoint.settings import Settings

# How long a question to the history may take, and how long who asks waits for that of another one as well.
HISTORY_SECONDS = 10.0
HISTORY_WAIT_SECONDS = 15.0
# How long a reader that comes back waits for samples from behind the ring before it is told that they are gone.
REPLAY_SECONDS = 5.0

T = TypeVar("T")


def limits_of(settings: Settings) -> Limits:
    return Limits(
        journal_ms=settings.history_journal_hours * HOUR_MS,
        samples_ms=settings.history_samples_days * DAY_MS,
        minutes_ms=settings.history_minutes_days * DAY_MS,
        hours_ms=settings.history_hours_days * DAY_MS,
        size_bytes=settings.history_size_mib * 1024 * 1024,
    )


def archive_of(directory: Path, doubt: Callable[[], None]) -> Archive:
    """What the feed asks for samples that are older than memory reaches back: the journal, on a thread of its own.
    `doubt` is called where it turns out to be damaged."""
    lane, journal = Lane("replay", REPLAY_SECONDS), JournalReader(directory, doubt)

    async def after(id: str, limit: int) -> Tail:
        try:
            return await lane.call(lambda: journal.after(id, limit))
        except Fault as fault:
            if fault.kind == "damaged":
                doubt()
            raise

    return after


def on_history_of(history: History, interval_seconds: float) -> OnHistory:
    """Calls that read the history, on a thread of their own: they cost whoever asks, and nobody else, the time."""
    lane, gaps = Lane("history", HISTORY_WAIT_SECONDS), GapReader(history.directory)
    columns = ColumnReader(history.directory, history.newest_columns, history.doubt)
    queries = Queries(columns, round(interval_seconds * 1000), HISTORY_SECONDS)

    def losses(from_ms: int, to_ms: int) -> list[Loss]:
        with _doubting(history):
            return gaps.between(from_ms, to_ms, history.unwritten_losses())

    readers = Readers(queries, JournalReader(history.directory, history.doubt_journal), losses)

    async def on_history(call: Callable[[Readers], T], /) -> T:
        with _doubting(history):
            return await lane.call(lambda: call(readers))

    return on_history


@contextmanager
def _doubting(history: History) -> Iterator[None]:
    """Whoever reads a file finds its damage first: it is mended by who writes it."""
    try:
        yield
    except Fault as fault:
        if fault.kind == "damaged":
            history.doubt(fault.path)
        raise
