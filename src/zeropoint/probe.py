"""What a probe is. A host collector and an AI component are both one.

A probe reads one subject under Roots and answers with a Reading: its report, and for each value that it could not
read the reason. Reading is apart from parsing: parsers are pure functions over the bytes of one file.
"""

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeVar

from msgspec import Struct

from zeropoint.model import Section

NEEDS_TWO_READINGS = "needs two readings"
READ_LIMIT_BYTES = 16 * 1024 * 1024


class Absent(Struct, frozen=True):
    """There is nothing to read, which is no failure: a value, or all of a probe's section, is null for this reason."""

    reason: str


class Reading(Struct, frozen=True):
    """What a probe read in one go.

    `report` is a Section, or a list of them for a probe whose section is a list (system.gpus). `missing` gives the
    reason for each null in it, by the path below the probe's section: "frequency_hz", "devices[0].busy_percent",
    and "[0].power_watts" where the report is a list. A parent's entry covers its children. "" is for a list that is not
    complete.
    """

    report: Section | Sequence[Section]
    missing: Mapping[str, str] = {}


class Probe(ABC):
    """One source of values, read once a tick or less often.

    `section` is the path of the sample that the report fills. Several probes may fill one section: those of a struct
    name their own `fields` of it, those of a list are joined.
    """

    name: ClassVar[str]
    section: ClassVar[str]
    # The type of its report, or of its rows where the section is a list.
    report: ClassVar[type[Section]] = Section
    fields: ClassVar[tuple[str, ...]] = ()
    # How often it is worth reading; 0 is each tick.
    period_seconds: ClassVar[float] = 0.0
    # After this long without an answer it counts as hanging. Only a blocking probe can be waited for with a limit.
    limit_seconds: ClassVar[float] = 2.0
    # Whether it may block: it is then read on a daemon thread, which holds up no other. Plain /proc files never do.
    blocking: ClassVar[bool] = False
    # Whether the sample leaves it out as long as it has always been Absent. Once there has been something to read it
    # answers with a report for good: a key never disappears.
    optional: ClassVar[bool] = False
    # How often a blocking one is asked again while it is Absent; each tick, that could cost as much as all of /proc.
    absent_seconds: ClassVar[float] = 10.0

    @abstractmethod
    def read(self, roots: "Roots", now: float) -> Reading | Absent:
        """Reads once. `now` is the monotonic time in seconds that rates refer to.

        Any exception counts as a failure of this probe alone, and its message is shown as the reason: it must hold
        nothing secret.
        """


class Roots(Struct, frozen=True):
    """Where the trees of the machine lie that is being watched; not /proc, /sys and / in a container or a test."""

    proc: str = "/proc"
    sys: str = "/sys"
    root: str = "/"

    def on_root(self, path: str) -> str:
        """The absolute `path` of the watched machine as this process finds it."""
        return path if self.root == "/" else self.root.rstrip("/") + path


def read_flags(*names: str) -> int:
    """For os.open(): to read, by these flags of the os module as far as this system has them. Windows has none of those
    of POSIX, and O_BINARY, without which what is read is changed."""
    flags = os.O_RDONLY
    for name in ("O_CLOEXEC", "O_BINARY", *names):
        flags |= getattr(os, name, 0)
    return flags


def read_file(path: str, limit_bytes: int = READ_LIMIT_BYTES) -> bytes:
    """The whole content of a regular file (those of /proc say that their size is 0).

    Never blocks on a pipe or a device that lies where a file should. Raises OSError, also for what is no regular file
    and for one beyond the limit.
    """
    descriptor = os.open(path, read_flags("O_NONBLOCK"))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is not a regular file")
        # Files of /proc come in pieces of a page, so only an empty read is the end.
        parts: list[bytes] = []
        size = 0
        while part := os.read(descriptor, 65536):
            parts.append(part)
            size += len(part)
            if size > limit_bytes:
                raise OSError(f"{path} is larger than {limit_bytes} bytes")
        return b"".join(parts)
    finally:
        os.close(descriptor)


def read_text(path: str) -> str:
    """The content of a small text file of the kernel's, without the last line's end. Raises OSError."""
    return read_file(path).decode(errors="replace").rstrip("\n")


T = TypeVar("T")


class Missing(dict[str, str]):
    """Collects the reasons while a report is put together: `busy_percent=missing.take("busy_percent", rate)`."""

    def take(self, path: str, value: T | Absent) -> T | None:
        if isinstance(value, Absent):
            self[path] = value.reason
            return None
        return value


class Rates:
    """Turns counters into rates per second between two readings of the same key."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, float]] = {}

    def per_second(self, key: str, count: float, now: float) -> float | Absent:
        """The counter's growth per second since the last call with this key; `now` in monotonic seconds."""
        last = self._last.get(key)
        self._last[key] = (count, now)
        if last is None or now <= last[1]:
            return Absent(NEEDS_TWO_READINGS)
        if count < last[0]:
            return Absent("the counter was reset")
        return (count - last[0]) / (now - last[1])

    def keep(self, keys: set[str]) -> None:
        """Forgets all other keys: those of devices that have gone."""
        for key in self._last.keys() - keys:
            del self._last[key]
