"""The writer's side of the tiers: samples/, minutes/ and hours/."""

from pathlib import Path
from typing import Literal

from msgspec import Struct

from zeropoint.history.minute import Columns

Tier = Literal["samples", "minutes", "hours"]
TIERS: tuple[Tier, ...] = ("samples", "minutes", "hours")


class TierFile(Struct, frozen=True):
    """One file of a tier, for retention: the period that its name says, [start_ms, end_ms), and its size with what
    SQLite keeps beside it."""

    tier: Tier
    path: Path
    start_ms: int
    end_ms: int
    size_bytes: int


class ColumnStore:
    """Owned by the writer's thread. Every method may raise what database.py tells apart; the file that failed is closed
    and opened again at the next call."""

    def __init__(self, directory: Path) -> None:
        raise NotImplementedError

    def write(self, columns: Columns, epoch: str, first_sequence: int, last_sequence: int) -> None:
        """Writes a run of samples of one epoch and one minute. One that is there already (epoch, first_sequence)
        changes nothing."""
        raise NotImplementedError

    def roll_due(self, now_ms: int) -> bool:
        """Rolls up the oldest hour or day that is over and not rolled; False when there was none."""
        raise NotImplementedError

    def last_sequence(self, epoch: str) -> int | None:
        """The last sample of this epoch that is written; None where there is none."""
        raise NotImplementedError

    def files(self) -> list[TierFile]:
        """All files of all tiers, the oldest first."""
        raise NotImplementedError

    def remove(self, file: TierFile) -> None:
        """Closes and unlinks it, with what SQLite keeps beside it."""
        raise NotImplementedError

    def trim(self, file: TierFile, blocks: int) -> int:
        """Deletes the oldest blocks of a file, so that new ones take their pages; how many there were to delete."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError
