"""When valid rows, or other metrics, last arrived in files: to touch a file, or to begin a line, is no work."""

import os

from zeropoint.ai.artifacts import Folder, Seen, Signature
from zeropoint.ai.rows import Tail, parse_json_row
from zeropoint.ai.tree import Tree


class File:
    """What was read of one file."""

    def __init__(self) -> None:
        self.signature: Signature | None = None
        self._tail = Tail()
        self._content: int | None = None

    def has_new_row(self, descriptor: int) -> bool:
        """Raises OSError."""
        return any(parse_json_row(line) is not None for line in self._tail.read(descriptor))

    def has_new_content(self, descriptor: int, limit_bytes: int) -> bool:
        """Raises OSError."""
        before, self._content = self._content, hash(os.pread(descriptor, limit_bytes, 0))
        return self._content != before


class Arrivals:
    """Follows the newest files of the kinds `rows` and `metrics` in a tree. `newest` is when something arrived in one,
    in seconds since 1970, by the file's own time; of a file that is seen for the first time all has."""

    def __init__(self, tree: Tree, limit_bytes: int) -> None:
        self._tree = tree
        self._limit_bytes = limit_bytes
        self._files: dict[tuple[Folder, str], File] = {}
        self.newest: float | None = None

    def look(self, wall: float) -> None:
        """After the tree has been looked at. `wall` is the time; what lies behind it is none."""
        files = {}
        for kind in ("rows", "metrics"):
            for seen in self._tree.newest.get(kind, ()):
                at = seen.folder, seen.name
                file = files[at] = self._files.get(at) or File()
                when = seen.mtime_ns / 1e9
                if file.signature != seen.signature and self._has_arrived(file, seen) and 0 <= when <= wall:
                    self.newest = max(when, self.newest or 0.0)
        self._files = files

    def _has_arrived(self, file: File, seen: Seen) -> bool:
        try:
            with self._tree.opened(seen) as descriptor:
                if seen.kind == "rows":
                    arrived = file.has_new_row(descriptor)
                else:
                    arrived = file.has_new_content(descriptor, self._limit_bytes)
        except OSError:
            return False
        file.signature = seen.signature
        return arrived
