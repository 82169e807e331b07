"""Up to which sample the bus has everything, kept on disk: the stream knows it better, unless it was emptied."""

from pathlib import Path

from zeropoint.fleet.identity import write_private
from zeropoint.history.sample_id import parse_id

FILE = "fleet-position"
LONGEST_BYTES = 64


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
        write_private(self._path, f"{id}\n".encode())
