"""DATA/audit.jsonl: who was refused, who read, who changed what. Rows go to its end; a full one makes room once."""

import errno
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from zeropoint import files

FILE, OLDER_FILE = "audit.jsonl", "audit.1.jsonl"


class Row(Struct, frozen=True):
    """One line. `count` requests that were alike, the first at `since` and the last until `time`; a row without `since`
    tells of one. What does not apply is None. No token, hash, path or argument is in it."""

    time: str
    event: str
    client: str
    token: str | None = None
    route: str | None = None
    method: str | None = None
    status: int | None = None
    reason: str | None = None
    count: int = 1
    since: str | None = None


def encode(rows: Iterable[Row]) -> bytes:
    """Lines of JSON in ASCII: whatever stands in a text, none can end a line or steer a terminal."""
    return b"".join(json.dumps(asdict(row), separators=(",", ":")).encode() + b"\n" for row in rows)


class AuditFile:
    """The audit log of a data directory, of at most `most_bytes` with the older file beside it."""

    def __init__(self, data: Path, most_bytes: int) -> None:
        self._file, self._older = data / FILE, data / OLDER_FILE
        self._most_bytes = most_bytes // 2

    def append(self, content: bytes) -> None:
        """Writes whole lines; of none a part stays behind. Raises OSError."""
        if self._is_full(len(content)):
            self._file.replace(self._older)
        descriptor = self._opened()
        try:
            size = os.fstat(descriptor).st_size
            if os.write(descriptor, content) != len(content):
                os.ftruncate(descriptor, size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(descriptor)

    def lines(self) -> Iterator[str]:
        """All lines, the oldest first. Raises OSError."""
        for path in (self._older, self._file):
            try:
                with path.open(encoding="ascii", errors="replace") as file:
                    yield from file
            except FileNotFoundError:
                continue

    def _is_full(self, more_bytes: int) -> bool:
        try:
            size = self._file.lstat().st_size
        except FileNotFoundError:
            return False
        return size > 0 and size + more_bytes > self._most_bytes

    def _opened(self) -> int:
        try:
            return files.create(self._file, os.O_APPEND)
        except FileExistsError:
            # Whatever stands in place of the file: no link is followed, no pipe is waited for.
            flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            return os.open(self._file, flags)
