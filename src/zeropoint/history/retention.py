"""What is deleted, and when: by age, tier by tier, and by the size of all of it."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from zeropoint.history.aside import NAME
from zeropoint.history.columns import TIERS, ColumnStore, Tier, TierFile
from zeropoint.history.journal import BLOCK_BYTES, WAL_BYTES
from zeropoint.history.journal_part import JournalPart

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
DISK_SHARE = 0.5
FEWEST_ROWS_BYTES = 64 * 1024
# Blocks that are deleted at a time where no whole file can go.
BLOCKS_AT_A_TIME = 60
# A limit that cannot be kept must not hold the writer for ever.
MOST_STEPS = 200


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


def make_room(directory: Path, store: ColumnStore, journal: JournalPart, limits: Limits) -> None:
    """Deletes until all fits: the oldest of the finest tier first, of the journal last. Raises Fault of the tiers."""
    for _ in range(MOST_STEPS):
        if size_bytes(directory) <= limits.size_bytes or not _drop(store, journal):
            return


def _drop(store: ColumnStore, journal: JournalPart) -> bool:
    """Deletes the next part; False when nothing more can be. The newest file of a tier is in use and only loses its
    oldest blocks."""
    for tier in TIERS:
        files = sorted((file for file in store.files() if file.tier == tier), key=lambda file: file.start_ms)
        if len(files) > 1:
            store.remove(files[0])
            return True
        if files and store.trim(files[0], BLOCKS_AT_A_TIME):
            return True
    return journal.drop_oldest(BLOCKS_AT_A_TIME) > 0


def size_bytes(directory: Path) -> int:
    """All that lies in the directory of the history, but for damaged files that were set aside."""
    total = 0
    for pattern in ("*.db*", "*/*.db*"):
        for path in directory.glob(pattern):
            if NAME.match(path.name) is None:
                try:
                    total += path.stat().st_size
                except OSError:  # it went meanwhile
                    continue
    return total
