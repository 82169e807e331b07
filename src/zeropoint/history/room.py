"""What is deleted so that all of the history keeps to its size."""

from pathlib import Path
from typing import Literal

from zeropoint.history.aside import NAME
from zeropoint.history.columns import TIERS, ColumnStore
from zeropoint.history.journal_part import JournalPart
from zeropoint.history.journal_pruning import Dropped
from zeropoint.history.retention import HOUR_MS, Limits
from zeropoint.history.tiers import Tier

# What the journal may have of the limit where the columns need the rest: a day of it must not cost what years gathered.
JOURNAL_SHARE = 0.5
# How much more than is needed is deleted at once, of the limit: room is given back to the disk, which is work.
MORE = 1 / 16

Part = Literal["journal", "samples"]
WORDS: dict[Part, str] = {"journal": "whole samples", "samples": "the values of each sample"}


class Room:
    """Owned by the writer's thread, but for `shortage`."""

    def __init__(self, directory: Path, store: ColumnStore, journal: JournalPart, limits: Limits) -> None:
        self._directory = directory
        self._store = store
        self._journal = journal
        self._limit_bytes = limits.size_bytes
        self._dropped_ms: dict[Part, int] = {}

    def make(self) -> None:
        """Deletes until all fits: of the journal what is beyond its share, then the oldest of the finest tier, then
        of the coarser ones, and last the rest of the journal. Raises Fault of the tiers."""
        if size_bytes(self._directory) <= self._limit_bytes:
            return
        self._store.shorten()
        need = size_bytes(self._directory) - self._limit_bytes
        if need <= 0:
            return
        need += int(MORE * self._limit_bytes)
        beyond = self._journal.used_bytes() - int(JOURNAL_SHARE * self._limit_bytes)
        need -= self._drop_of_journal(min(need, beyond))
        for tier in TIERS:
            need -= self._drop_of_tier(tier, need)
        self._drop_of_journal(need)

    def shortage(self, now_seconds: float) -> str | None:
        """A reason for /health: what is deleted for want of room before it is an hour old. That the oldest goes earlier
        than it would for its age is what a limit is for, and no failure."""
        short = [
            WORDS[part] for part, newest_ms in self._dropped_ms.items() if newest_ms > 1000 * now_seconds - HOUR_MS
        ]
        if not short:
            return None
        return f"history: history_size_mib has no room for an hour of {' and of '.join(sorted(short))}"

    def _drop_of_journal(self, need: int) -> int:
        dropped = self._journal.drop_oldest(need) if need > 0 else Dropped()
        self._note("journal", dropped)
        return dropped.size_bytes

    def _drop_of_tier(self, tier: Tier, need: int) -> int:
        """Whole files, as long as they are not larger than what is needed; else the oldest blocks of one."""
        done = 0
        files = [file for file in self._store.files() if file.tier == tier]
        for number, file in enumerate(files):
            if done >= need:
                break
            size = file_bytes(file.path)
            # The newest one is in use, and will be written again.
            if size <= need - done and number < len(files) - 1:
                self._store.remove(file)
                done += size
                continue
            dropped = self._store.trim(file, need - done)
            if tier == "samples":
                self._note("samples", dropped)
            done += dropped.size_bytes
        return done

    def _note(self, part: Part, dropped: Dropped) -> None:
        if dropped.newest_ms is not None:
            self._dropped_ms = {**self._dropped_ms, part: dropped.newest_ms}


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


def file_bytes(path: Path) -> int:
    """A file with what SQLite keeps beside it."""
    return sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*") if NAME.match(one.name) is None)
