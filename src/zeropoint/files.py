"""Small files with secrets, positions and states: how they are made, each for the directory's owner alone, how they are
put in the place of older ones, and how they are read.

Root makes tokens in the directory of a service that runs as somebody else: what root left behind as its own, that
service could not read, and so would let nobody in.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path


def create(file: Path, flags: int = 0) -> int:
    """Makes a file and answers with its descriptor, for writing. What root makes belongs to the owner of the folder,
    where root may give it away. No link is followed, nor is any file given away that was there. Raises OSError,
    FileExistsError where something stands in its place."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | flags, 0o600)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        folder = file.parent.stat()
        with suppress(PermissionError):  # root of a container without CAP_CHOWN, or of a client of NFS
            os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor


def make(file: Path) -> None:
    """Makes an empty file where there is none. Raises OSError."""
    with suppress(FileExistsError):
        os.close(create(file))


def replace(file: Path, content: bytes, *, durable: bool = True) -> None:
    """Writes a file whole: who reads it finds the old content or the new; the new one also after the machine lost its
    power, where it is to be durable. Raises OSError; the file is then as it was."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(create(fresh), "wb") as opened:
        opened.write(content)
        if durable:
            opened.flush()
            os.fsync(opened.fileno())
    fresh.replace(file)


def read(path: Path, most_bytes: int, *, is_private: bool) -> bytes:
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
