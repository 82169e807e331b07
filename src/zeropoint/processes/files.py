"""The files that a process holds open: PROC/PID/fd and fdinfo, proc_pid_fd(5). Elsewhere: psutil."""

import itertools
import os
import sys
from collections.abc import Callable

from msgspec import Struct

from zeropoint.probe import Absent, Roots, read_file

# Of the descriptors of a process; it may have a million.
MOST_DESCRIPTORS = 4096
NO_PERMISSION = "its open files may be read by its user and root only"


class OpenFile(Struct, frozen=True):
    """A file that a process holds open; `path` as the process sees it. `position` grows as it writes."""

    path: str
    descriptor: int
    writable: bool | None
    position: int | None


def open_files(roots: Roots, pid: int, wanted: Callable[[str], bool] | None = None) -> list[OpenFile] | Absent:
    """The files that a process holds open; sockets, pipes and the like are left out.

    `wanted` takes or leaves a path: where only some are of interest, most of the cost is saved.
    """
    if sys.platform != "linux" and roots == Roots():
        files = _open_files_by_psutil(pid)
        return [file for file in files if wanted(file.path)] if wanted and isinstance(files, list) else files
    folder = f"{roots.proc}/{pid}"
    try:
        with os.scandir(f"{folder}/fd") as entries:
            names = [entry.name for entry in itertools.islice(entries, MOST_DESCRIPTORS)]
    except PermissionError:
        return Absent(NO_PERMISSION)
    except OSError:
        return []  # it has ended
    return [file for name in names if (file := _open_file(folder, name, wanted)) is not None]


def _open_file(folder: str, name: str, wanted: Callable[[str], bool] | None) -> OpenFile | None:
    try:
        path = os.readlink(f"{folder}/fd/{name}")  # noqa: PTH115 - a Path each is dear
        if not path.startswith("/") or (wanted and not wanted(path)):
            return None
        # "pos:\t0\nflags:\t0100002\n...", flags in octal as of open(2): its last digit is the access mode.
        rows = dict(row.split(b":\t", 1) for row in read_file(f"{folder}/fdinfo/{name}").splitlines() if b":\t" in row)
        return OpenFile(path, int(name), int(rows[b"flags"], 8) & 3 != os.O_RDONLY, int(rows[b"pos"]))
    except (OSError, ValueError, KeyError):
        return None


def _open_files_by_psutil(pid: int) -> list[OpenFile] | Absent:
    import psutil  # noqa: PLC0415 - Linux does without

    try:
        return [OpenFile(file.path, file.fd, None, None) for file in psutil.Process(pid).open_files()]
    except psutil.AccessDenied:
        return Absent(NO_PERMISSION)
    except psutil.Error:
        return []
