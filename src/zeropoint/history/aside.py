"""Files that are damaged are set aside: how, how many there may be, and what is told of them."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from zeropoint.history.database import sync_directory
from zeropoint.history.fault import Fault, told_apart

STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"(.+)\.damaged-(\d{8}T\d{6}Z)(-\d+)?")
# A disk that damages whatever is written to it must not be filled with that.
MOST_ASIDE = 16
TOLD_SECONDS = 86_400.0


def refuse_more(path: Path, directory: Path) -> None:
    """Raises Fault where too many lie set aside in `directory` and below."""
    if sum(1 for _ in set_asides(directory)) >= MOST_ASIDE:
        raise Fault("damaged", path, f"{MOST_ASIDE} others were already and are kept")


def set_aside(path: Path, now: datetime) -> Path:
    """Moves a damaged file and its WAL to a dated name beside it; answers with that. Raises Fault.

    Nothing is deleted but the index of the WAL, which SQLite makes anew of it, and no file is replaced. The file goes
    first: an end in between leaves a WAL without one, which is damage as well.
    """
    with told_apart(path):
        stamp = now.astimezone(UTC).strftime(STAMP)
        target = path.with_name(f"{path.name}.damaged-{stamp}")
        number = 1
        while target.exists() or Path(f"{target}-wal").exists():
            number += 1
            target = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
        with suppress(FileNotFoundError):
            path.rename(target)
        with suppress(FileNotFoundError):
            Path(f"{path}-wal").rename(f"{target}-wal")
        Path(f"{path}-shm").unlink(missing_ok=True)
        sync_directory(path.parent)
        return target


def set_asides(directory: Path) -> Iterator[tuple[Path, str, float]]:
    """All that lies set aside in the history's directory and those of the tiers: the file, the name that it had, and
    when it was moved, in seconds."""
    for path in (*directory.glob("*.damaged-*"), *directory.glob("*/*.damaged-*")):
        if matched := NAME.fullmatch(path.name):
            moved = datetime.strptime(matched[2], STAMP).replace(tzinfo=UTC)
            yield path, f"{path.parent.name}/{matched[1]}", moved.timestamp()


def notices(directory: Path, now: float) -> list[str]:
    """A line for each file that was set aside within the last day and still lies there. `now` is in seconds."""
    return sorted(
        f"history: {name} was damaged, and is kept as {path.name}"
        for path, name, moved_at in set_asides(directory)
        if now - moved_at < TOLD_SECONDS
    )
