"""What was read of a file or folder, kept for as long as that stays as it was."""

import os
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class KeptFile(Generic[T]):
    """`read` gets the path. It answers with `otherwise` where the path cannot be read."""

    def __init__(self, path: str, read: Callable[[str], T], otherwise: T) -> None:
        self._path = path
        self._read = read
        self._otherwise = otherwise
        self._signature: tuple[int, int, int] | None = None
        self._content = otherwise

    def get(self) -> T:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - a Path each is dear
            signature = found.st_ino, found.st_mtime_ns, found.st_size
            if signature != self._signature:
                self._content = self._read(self._path)
                self._signature = signature
        except OSError:
            self._signature, self._content = None, self._otherwise
        return self._content
