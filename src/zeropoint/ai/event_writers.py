"""Who writes an event file: a process that holds it open, or the one that its name tells.

tensorboardX and TensorFlow keep the file open; TensorBoard's own writer opens it for each piece, and puts its host and
process number into the name: events.out.tfevents.SECONDS.HOST.PID.COUNTER (tensorboard/summary/writer)."""

import errno
import os
import re
import stat
from collections.abc import Iterable

from msgspec import Struct

from zeropoint.ai.processes import Life, life_of
from zeropoint.probe import Roots, read_file, read_flags
from zeropoint.processes import Process
from zeropoint.texts import clean

MARK = ".tfevents."
# A host's name may hold dots; TensorFlow adds .v2.
NAMED = re.compile(r"\.tfevents\.(\d{1,12})\.(.+)\.(\d{1,10})\.\d+(\.v2)?")
MOST_FILES = 64
MOST_DESCRIPTORS = 4096


class HeldFile(Struct, frozen=True):
    """An event file that a process writes. `link` opens it, `folder` is where it lies as the process sees it."""

    pid: int
    link: str
    folder: str
    file: tuple[int, int]
    mtime_ns: int

    def open(self) -> int:
        """A descriptor of it. Raises OSError, also if the process has something else under that number by now."""
        descriptor = os.open(self.link, read_flags("O_NONBLOCK"))
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode) and (status.st_dev, status.st_ino) == self.file:
            return descriptor
        os.close(descriptor)
        raise OSError(errno.ESTALE, "another file by now")


class Writer(Struct, frozen=True):
    """The process that an event file's name tells, and whether it lives here."""

    pid: int
    life: Life


def named_writer(name: str, roots: Roots) -> Writer | None:
    """None where the name tells none."""
    found = NAMED.search(name)
    if found is None:
        return None
    started, host, pid = float(found[1]), found[2], int(found[3])
    return Writer(pid, life_of(pid, started, host, roots)) if 0 < pid < 2**31 else None


def held_files(roots: Roots, processes: Iterable[Process]) -> list[HeldFile]:
    """The event files that these processes write; none of those whose descriptors may not be read."""
    found = []
    for process in processes:
        folder = f"{roots.proc}/{process.pid}/fd"
        try:
            names = os.listdir(folder)[:MOST_DESCRIPTORS]  # noqa: PTH208 - a Path each is dear
        except OSError:
            continue
        for name in names:
            held = _held(roots, process.pid, folder, name)
            if held is not None:
                found.append(held)
                if len(found) >= MOST_FILES:
                    return found
    return found


def _held(roots: Roots, pid: int, folder: str, name: str) -> HeldFile | None:
    link = f"{folder}/{name}"
    try:
        path = os.readlink(link)  # noqa: PTH115 - as above
        where, _, file = path.rpartition("/")
        if MARK not in file or not where or not _is_written(roots, pid, name):
            return None
        status = os.stat(link)  # noqa: PTH116 - as above
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    # The last folders name a run; all of them would tell where people keep their files.
    return HeldFile(
        pid, link, clean("/".join(where.split("/")[-2:])), (status.st_dev, status.st_ino), status.st_mtime_ns
    )


def _is_written(roots: Roots, pid: int, descriptor: str) -> bool:
    """Not by TensorBoard itself, which reads. open(2)'s flags stand in octal; the last digit is the access mode."""
    for row in read_file(f"{roots.proc}/{pid}/fdinfo/{descriptor}").splitlines():
        if row.startswith(b"flags:"):
            return int(row[6:], 8) & 3 != os.O_RDONLY
    return False
