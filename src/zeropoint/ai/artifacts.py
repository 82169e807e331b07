"""Files below a folder that programs of any quality write to, found and opened without ever being led out of it.

Folders are opened one below the other by descriptor, and no link is followed, so that a link which is put in place
meanwhile leads nowhere either.
"""

import errno
import os
import stat
from bisect import insort
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from zeropoint.probe import read_flags
from zeropoint.texts import clean

Folder = tuple[str, ...]
Signature = tuple[int, int, int, int]

NEWEST_A_FOLDER = 4

# Windows has no openat, so a walk there could be led astray.
SUPPORTED = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
NOT_SUPPORTED = "artifacts are not read on this system: it cannot open a file without following links"


class Found(NamedTuple):
    """A regular file; `descriptor` is that of its folder."""

    folder: Folder
    name: str
    descriptor: int
    status: os.stat_result


class Verdict(NamedTuple):
    """As what a file counts (None: as nothing), and why it is not what its name says, or why that is not certain.
    `is_final` is False for one that will be decided later."""

    kind: str | None
    why: str | None = None
    is_final: bool = True


class Seen:
    """A file among the newest of its kind."""

    __slots__ = ("folder", "kind", "mtime_ns", "name", "signature", "why")

    def __init__(self, found: Found, verdict: Verdict) -> None:
        self.folder = found.folder
        self.name = found.name
        self.kind = verdict.kind
        self.why = verdict.why
        self.renew(found.status)

    def renew(self, status: os.stat_result) -> None:
        self.mtime_ns = status.st_mtime_ns
        self.signature = signature(status)

    @property
    def size_bytes(self) -> int:
        return self.signature[2]

    @property
    def path(self) -> str:
        return clean("/".join((*self.folder, self.name)))


def rank(mtime_ns: int, wall: float) -> int:
    """Orders files by their time; one that lies in the future says nothing, and comes last."""
    return mtime_ns if mtime_ns <= wall * 1e9 else -1


class Listing:
    """What was found in one folder."""

    __slots__ = (
        "changed_ns",
        "cost_seconds",
        "counts",
        "cut",
        "entries",
        "folders",
        "links",
        "listed_at",
        "newest",
        "newest_kept",
        "problem",
        "settled",
        "specials",
        "undecided",
        "verdicts",
    )

    def __init__(self, newest_kept: int = NEWEST_A_FOLDER) -> None:
        self.newest_kept = newest_kept
        self.counts: Counter[str] = Counter()
        # When each of them was last changed, where that is known.
        self.folders: dict[str, int | None] = {}
        self.newest: dict[str, list[Seen]] = {}
        # Of the files whose content is looked into, by a hash of name and signature.
        self.verdicts: dict[int, Verdict] = {}
        self.problem: str | None = None
        self.entries = self.links = self.specials = self.changed_ns = 0
        self.listed_at = self.cost_seconds = 0.0
        self.cut = self.settled = self.undecided = False

    def verdict_of(self, found: Found) -> Verdict | None:
        return self.verdicts.get(hash((found.name, signature(found.status))))

    def keep(self, found: Found, verdict: Verdict) -> None:
        """What counts as nothing may do so for want of a file beside it: that is not kept."""
        self.undecided |= not verdict.is_final
        if verdict.kind is not None and verdict.is_final:
            self.verdicts[hash((found.name, signature(found.status)))] = verdict

    def add(self, found: Found, verdict: Verdict, wall: float) -> None:
        if verdict.kind is None:
            return
        self.counts[verdict.kind] += 1
        newest = self.newest.setdefault(verdict.kind, [])
        mtime_ns = found.status.st_mtime_ns
        if len(newest) >= self.newest_kept and rank(mtime_ns, wall) <= rank(newest[-1].mtime_ns, wall):
            return
        insort(newest, Seen(found, verdict), key=lambda seen: -rank(seen.mtime_ns, wall))
        del newest[self.newest_kept :]


def signature(status: os.stat_result) -> Signature:
    """What changes when a file's content may have. The time of the inode's change tells of a writer that sets the other
    time back, and of rights that are given later."""
    return status.st_ino, status.st_mtime_ns, status.st_size, status.st_ctime_ns


def open_folder(root: str, below: Iterable[str]) -> int:
    """A descriptor of the folder; links are followed on the way to `root` alone. Raises OSError."""
    if not SUPPORTED:
        raise OSError(errno.EOPNOTSUPP, NOT_SUPPORTED)
    descriptor = os.open(root, read_flags("O_DIRECTORY"))
    for name in below:
        parent = descriptor
        try:
            descriptor = open_inner(parent, name)
        finally:
            os.close(parent)
    return descriptor


def open_inner(folder: int, name: str) -> int:
    """A descriptor of the folder in the folder; links are not followed. Raises OSError."""
    return os.open(name, read_flags("O_DIRECTORY", "O_NOFOLLOW"), dir_fd=folder)


def open_file(folder: int, name: str) -> int:
    """A descriptor of the regular file; never blocks on a pipe. Raises OSError, also for what is none."""
    descriptor = os.open(name, read_flags("O_NOFOLLOW", "O_NONBLOCK"), dir_fd=folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "no regular file")
    return descriptor


def is_link(root: str, below: Folder) -> bool:
    """Whether the last step to the folder, or one before, is a link."""
    path = root
    for name in below:
        path = f"{path}/{name}"
        if os.path.islink(path):  # noqa: PTH114 - text, as os.path.abspath gave it
            return True
    return False


def in_words(error: OSError, path: str) -> str:
    path = clean(path)
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return f"{path} is a link, which is not followed"
    return f"{path} cannot be read: {error.strerror}"
