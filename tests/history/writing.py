"""A writer without its thread, on clocks of its own."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from msgspec import structs

from bench.history_store import Simulated, fill
from tests.history.records import NOON_MS, record
from zeropoint.history.columns_reader import ColumnReader
from zeropoint.history.flatten import Flattener
from zeropoint.history.gaps import GapReader, Loss
from zeropoint.history.journal_reader import JournalReader
from zeropoint.history.retention import Limits
from zeropoint.history.run_buffer import Columns
from zeropoint.history.waiting import Waiting
from zeropoint.history.writer import Writer

FOREVER_MS = 1 << 50
TWO_YEARS_MS = 730 * 86_400_000


class Desk:
    """One process's writer over `directory`. Its wall clock is that of the sample that was put last."""

    def __init__(
        self,
        directory: Path,
        epoch: str = "e1",
        limits: Limits | None = None,
        capacity_records: int = 600,
        claim: Callable[[], None] = lambda: None,
    ) -> None:
        self.directory = directory
        self.epoch = epoch
        self.sequence = 0
        self.seconds = 0.0
        self.now_ms = NOON_MS
        self.waiting = Waiting(capacity_records)
        self.writer = Writer(
            directory,
            self.waiting,
            {},
            limits or Limits(),
            claim=claim,
            wall=lambda: self.now_ms / 1000,
            monotonic=lambda: self.seconds,
        )

    def put(
        self,
        count: int = 1,
        *,
        turns: bool = True,
        step_ms: int = 1000,
        padding_bytes: int = 0,
        random: bool = False,
    ) -> None:
        """Puts samples, one a second, and lets the writer turn after each. What makes them larger is blanks, or what
        cannot be compressed."""
        for _ in range(count):
            self.sequence += 1
            self.now_ms += step_ms
            self.seconds += 1.0
            made = record(self.sequence, self.epoch, time_ms=self.now_ms, padding_bytes=padding_bytes)
            if random:
                noise = np.random.default_rng(self.sequence).bytes(padding_bytes)
                made = structs.replace(made, payload=made.payload.rstrip() + noise)
            self.waiting.put(made)
            if turns:
                self.turn()

    def turn(self) -> None:
        records, _ = self.waiting.wait(0.0)
        self.writer.turn(records)

    def turn_later(self, seconds: float = 60.0) -> None:
        """Turns after a while in which no sample came, until nothing more is to be done at once."""
        self.seconds += seconds
        for _ in range(100):
            self.turn()

    def close(self) -> None:
        self.writer.close()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms / 1000, UTC)

    def newest(self) -> Columns | None:
        return self.writer.columns.newest(self.waiting.unseen(), Flattener())

    # --- what is on disk

    def ids(self) -> list[str]:
        """What the journal has, from its beginning."""
        reader = JournalReader(self.directory)
        found = [row.id for row in reader.between(-FOREVER_MS, FOREVER_MS)]
        reader.close()
        return found

    def column_times(self) -> list[int]:
        """The times of all samples that are in the columns, in files or not yet."""
        reader = ColumnReader(self.directory, self.newest)
        stretch, holes = reader.read(["server.clients"], NOON_MS - TWO_YEARS_MS, NOON_MS + TWO_YEARS_MS, "samples")
        reader.close()
        assert holes == []
        return [int(time_ms) for time_ms in stretch.times_ms]

    def losses(self) -> list[Loss]:
        return GapReader(self.directory).between(-FOREVER_MS, FOREVER_MS, self.writer.gaps.log.unwritten())


def ids(first: int, last: int, epoch: str = "e1") -> list[str]:
    return [f"{epoch}-{sequence}" for sequence in range(first, last + 1)]


def fill_hours(directory: Path, days: int = 9) -> tuple[str, ...]:
    """Puts hours there of days whose minutes and samples are gone; answers with the names of the series."""
    end = NOON_MS // 1000 - NOON_MS // 1000 % 86_400 - 40 * 86_400
    simulated = Simulated.over(3, end - days * 86_400, end)
    a_minute = Simulated(simulated.names, simulated.seconds[::60], simulated.values[:, ::60])
    with tempfile.TemporaryDirectory() as made:
        fill(Path(made), a_minute)
        (directory / "hours").mkdir(exist_ok=True)
        shutil.copy(Path(made) / "history" / "hours" / "2026.db", directory / "hours" / "2026.db")
    return simulated.names
