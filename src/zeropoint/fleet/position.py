"""Up to which sample the bus has everything, kept on disk: the stream knows it better, unless it was emptied."""

import time
from pathlib import Path

from zeropoint import files
from zeropoint.fleet.on_disk import OnDisk
from zeropoint.history.sample_id import parse_id

FILE = "fleet-position"
LONGEST_BYTES = 64
KEEP_SECONDS = 5.0


class Position:
    """The file in a data directory; it is one bus's, and is replaced whole. Both may raise OSError."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE

    def read(self) -> str | None:
        """The id of the last sample that is known to be stored; None where there is none."""
        try:
            with self._path.open("rb") as file:
                id = file.read(LONGEST_BYTES).decode("ascii", "replace").strip()
        except FileNotFoundError:
            return None
        return id if parse_id(id) else None

    def write(self, id: str) -> None:
        files.replace(self._path, f"{id}\n".encode(), durable=False)


class Progress:
    """`sent` is the id of the last sample that the bus has, None before that is known. `fault` is why it cannot be
    kept: a disk that fails holds nothing up."""

    def __init__(self, position: Position, on_disk: OnDisk) -> None:
        self.sent: str | None = None
        self.fault: str | None = None
        self._position = position
        self._on_disk = on_disk
        self._kept_at = float("-inf")

    async def recall(self) -> None:
        """Reads what the last start has kept, where nothing better is known. Raises OSError, TimeoutError."""
        if self.sent is None:
            self.sent = await self._on_disk(self._position.read)

    async def keep(self, *, now: bool = False) -> None:
        """Writes it down, now and then."""
        sent = self.sent
        if sent is None or (not now and time.monotonic() - self._kept_at < KEEP_SECONDS):
            return
        self._kept_at = time.monotonic()
        try:
            await self._on_disk(lambda: self._position.write(sent))
            self.fault = None
        except (OSError, TimeoutError) as error:
            self.fault = disk_words(error)


def disk_words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or "the disk does not answer")
