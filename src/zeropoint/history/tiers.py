"""The tiers of stored series: their files, and what lies in these."""

from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from msgspec import Struct

from zeropoint.history.database import Schema

Tier = Literal["samples", "minutes", "hours"]
TIERS: tuple[Tier, ...] = ("samples", "minutes", "hours")
SIDE_FILES = ("", "-wal", "-shm")

# A block's times are of [start_ms, end_ms]. In the finest tier epoch and sequences are those of its samples; in the
# others the epoch is empty, and the first sequence is the beginning of what was rolled up. Ids rise, and none is used
# again: `rolled` tells up to which one the blocks of an hour, or day, are in the coarser tier. A name is looked up by
# its crc, which also tells whether it is whole: an index of names would be as large as they are.
SCHEMA = Schema(
    version=1,
    # A block fills its last page to the half in the middle; small pages waste less.
    page_bytes=1024,
    sql="""
        CREATE TABLE series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, crc INTEGER NOT NULL);
        CREATE INDEX series_by_crc ON series (crc);
        CREATE TABLE blocks (
            id INTEGER PRIMARY KEY AUTOINCREMENT, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
            interval_ms INTEGER NOT NULL, epoch TEXT NOT NULL, first_sequence INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (epoch, first_sequence)
        );
        CREATE INDEX blocks_by_start ON blocks (start_ms);
        CREATE TABLE rolled (start_ms INTEGER PRIMARY KEY, last_id INTEGER NOT NULL);
    """,
)


class Kind(Struct, frozen=True):
    """What a tier is: names of its files, the width of a value (0: a sample), how much time a block spans, and how many
    times of how many values are in one, at a sample a second."""

    file_format: str
    period_ms: int
    block_ms: int
    rows: int
    planes: int


KINDS: dict[Tier, Kind] = {
    "samples": Kind("%Y-%m-%d", 0, 300_000, 300, 1),
    "minutes": Kind("%Y-%m", 60_000, 3_600_000, 60, 4),
    "hours": Kind("%Y", 3_600_000, 86_400_000, 24, 4),
}

# Names that are looked at again with each question; all that are kept by default are some 120.
MOST_PARSED = 1024


class TierFile(Struct, frozen=True):
    """One file of a tier: the time that its name says, [start_ms, end_ms)."""

    tier: Tier
    path: Path
    start_ms: int
    end_ms: int


def file_at(directory: Path, tier: Tier, time_ms: int) -> TierFile:
    """The file of a tier that a time belongs to."""
    name = datetime.fromtimestamp(time_ms / 1000, UTC).strftime(KINDS[tier].file_format)
    file = _parse(directory / tier / f"{name}.db", tier)
    assert file is not None  # noqa: S101 - the name was made by the format that reads it
    return file


def file_of(path: Path) -> TierFile | None:
    """The file of a tier that lies at a path; None where its name is that of none."""
    return next((_parse(path, tier) for tier in TIERS if path.parent.name == tier), None)


def files_of(directory: Path, tier: Tier, from_ms: int | None = None, to_ms: int | None = None) -> list[TierFile]:
    """Those that there are, the oldest first; with times, those that touch [from_ms, to_ms)."""
    try:
        found = [_parse(path, tier) for path in (directory / tier).iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    files = sorted((file for file in found if file), key=lambda file: file.start_ms)
    return [
        file
        for file in files
        if (to_ms is None or file.start_ms < to_ms) and (from_ms is None or file.end_ms > from_ms)
    ]


@lru_cache(MOST_PARSED)
def _parse(path: Path, tier: Tier) -> TierFile | None:
    """None for what is no file of the tier: what SQLite keeps beside one, or what was set aside."""
    if path.suffix != ".db":
        return None
    with suppress(ValueError):
        start = datetime.strptime(path.stem, KINDS[tier].file_format).replace(tzinfo=UTC)
        if start.strftime(KINDS[tier].file_format) == path.stem:
            return TierFile(tier, path, _ms(start), _ms(_next(start, tier)))
    return None


def _next(start: datetime, tier: Tier) -> datetime:
    if tier == "samples":
        return datetime.fromtimestamp(start.timestamp() + 86_400, UTC)
    if tier == "minutes" and start.month < 12:
        return start.replace(month=start.month + 1)
    return start.replace(year=start.year + 1, month=1)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
