"""How long each part is kept, and what is deleted for its age."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from zeropoint.history.columns import ColumnStore, Tier, TierFile
from zeropoint.history.journal import BLOCK_BYTES, WAL_BYTES
from zeropoint.history.journal_part import JournalPart

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
DISK_SHARE = 0.5
FEWEST_ROWS_BYTES = 64 * 1024


class Limits(Struct, frozen=True):
    """How long each part is kept, and how large all of it may be."""

    journal_ms: int = DAY_MS
    samples_ms: int = 7 * DAY_MS
    minutes_ms: int = 90 * DAY_MS
    hours_ms: int = 1826 * DAY_MS
    size_bytes: int = 1 << 30

    def within(self, directory: Path) -> "Limits":
        """These, as far as the disk of `directory` has room for them: the history never fills a disk by itself."""
        existing = next((path for path in (directory, *directory.parents) if path.exists()), Path("/"))
        try:
            most_bytes = int(DISK_SHARE * shutil.disk_usage(existing).total)
        except OSError:
            return self
        return structs.replace(self, size_bytes=min(self.size_bytes, most_bytes))

    @property
    def rows_bytes(self) -> int:
        """How much of whole samples may wait to be compressed: a sixteenth of all, in bounds."""
        return min(BLOCK_BYTES, max(FEWEST_ROWS_BYTES, self.size_bytes // 16))

    @property
    def wal_bytes(self) -> int:
        """How large the journal's WAL may grow."""
        return min(WAL_BYTES, self.rows_bytes)

    def ages_ms(self) -> Mapping[Tier, int]:
        return {"samples": self.samples_ms, "minutes": self.minutes_ms, "hours": self.hours_ms}


def expired(files: Sequence[TierFile], now_ms: int, limits: Limits) -> list[TierFile]:
    """The files whose whole period is older than its tier is kept."""
    ages = limits.ages_ms()
    return [file for file in files if file.end_ms <= now_ms - ages[file.tier]]


def forget_old(store: ColumnStore, journal: JournalPart, now_ms: int, limits: Limits) -> None:
    """Deletes what is too old. Raises Fault of the tiers."""
    for file in expired(store.files(), now_ms, limits):
        store.remove(file)
    journal.prune(now_ms, limits.journal_ms)
