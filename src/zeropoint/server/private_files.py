"""Files of the data directory, each for the directory's owner alone.

Root makes tokens in the directory of a service that runs as somebody else: what root left behind as its own, that
service could not read, and so would let nobody in.
"""

import os
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


def replace(file: Path, content: bytes) -> None:
    """Writes a file whole: who reads it finds the old content or the new. Raises OSError."""
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(create(fresh), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)
