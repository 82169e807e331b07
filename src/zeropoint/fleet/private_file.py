"""Small files with secrets and positions: how they are read, and how they are put in the place of older ones."""

import os
import stat
from pathlib import Path


def read_file(path: Path, most_bytes: int, *, is_private: bool) -> bytes:
    """A file's content; empty for what is longer and for what is no file. Raises ValueError, which names it and shows
    nothing of it, where it cannot be read, and where it is to be its owner's alone and is not."""
    try:
        # A FIFO in its place would hang the start.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            content = file.read(most_bytes + 1) if stat.S_ISREG(found.st_mode) else b""
    except OSError as error:
        raise ValueError(f"{str(path)!r} cannot be read: {error.strerror}") from None
    if is_private and os.name == "posix" and found.st_mode & 0o077:
        raise ValueError(f"{str(path)!r} may be read or written by others; chmod 600 makes it its owner's alone")
    return content if len(content) <= most_bytes else b""


def write_private(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Writes a file whole, for its owner alone: who reads it finds the old content or the new one. Raises OSError."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    beside.replace(path)
