"""How far a store has got, on disk: the id of the last sample that is done with, in a file of its own a store."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from zeropoint import files
from zeropoint.history.sample_id import parse_id

DIRECTORY = "remote-write"
MOST_BYTES = 4096


class _Kept(Struct, frozen=True):
    id: str


class Position:
    """Used on one thread. `claim` makes the data directory this process's, or raises OSError: before that nothing is
    written. The file's name tells which store it is of, and not its address, which may hold a secret."""

    def __init__(self, data: Path, url: str, claim: Callable[[], None]) -> None:
        self._file = data / DIRECTORY / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.json"
        self._claim = claim

    def load(self) -> str | None:
        """The id that was kept; None for a store that is new. Raises OSError, ValueError for a file that holds none."""
        try:
            with self._file.open("rb") as file:
                content = file.read(MOST_BYTES)
        except FileNotFoundError:
            return None
        id = msgspec.json.decode(content, type=_Kept).id  # its errors are ValueErrors
        if parse_id(id) is None:
            raise ValueError("no id of a sample")
        return id

    def keep(self, id: str) -> None:
        """Puts a new file in the place of the old one, so that there is always a whole one. Raises OSError."""
        self._claim()
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.replace(self._file, msgspec.json.encode(_Kept(id)))
