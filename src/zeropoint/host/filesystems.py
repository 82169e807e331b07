"""Space on the file systems that hold data, as df counts it."""

import os
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from functools import partial
from pathlib import Path
from typing import ClassVar

from msgspec import Struct, structs

from zeropoint import model
from zeropoint.flight import Flight
from zeropoint.host.data_mounts import UNLISTED_ROOT, behind_servers, holding_data, without_password
from zeropoint.host.mounts import Mount, parse_mountinfo, read_mounts, shown
from zeropoint.probe import Absent, Missing, Probe, Reading, Roots

# How long one reading waits for file servers in all, and how many of their calls may hang at once.
WAIT_SECONDS = 0.5
FLIGHTS_LIMIT = 64

SPACE_FIELDS = ("total_bytes", "used_bytes", "free_bytes", "usage_percent")
INODE_FIELDS = ("inodes_count", "inodes_used", "inodes_usage_percent")


class Space(Struct, frozen=True):
    """What a file system has. `device` is its number as stat() tells it (not always that of mountinfo)."""

    device: int
    total_bytes: int
    free_bytes: int
    available_bytes: int
    inodes: int
    inodes_free: int


Measure = Callable[[str], Space]
# A mount as its file server knows it: mount point and device.
Served = tuple[str, str]


class Asked:
    """A file server, the call that it was last asked by, and when."""

    def __init__(self, name: str) -> None:
        self.flight: Flight[Space] = Flight(name)
        self.answer: Future[Space] | None = None
        self.at = 0.0

    def ask(self, call: Callable[[], Space], now: float) -> Future[Space]:
        self.answer, self.at = self.flight.start(call), now
        return self.answer


def measure(path: str) -> Space:
    """Asks the file system at `path`. Raises OSError. Blocks for as long as a file server is away."""
    space = os.statvfs(path)
    return Space(
        device=Path(path).stat().st_dev,
        total_bytes=space.f_blocks * space.f_frsize,
        free_bytes=space.f_bfree * space.f_frsize,
        available_bytes=space.f_bavail * space.f_frsize,
        inodes=space.f_files,
        inodes_free=space.f_ffree,
    )


def is_directory(path: str) -> bool:
    try:
        return stat.S_ISDIR(Path(path).stat().st_mode)
    except OSError:
        return False


def filesystem(mount: Mount, space: Space | Absent, path: str, missing: Missing) -> model.Filesystem:
    """The row of a mount; reasons go to `missing` below `path`."""
    unlisted = Absent("not among the mounts") if mount is UNLISTED_ROOT else None
    row = model.Filesystem(
        mountpoint=shown(mount.mountpoint),
        device=missing.take(f"{path}.device", unlisted or without_password(mount.source)),
        type=missing.take(f"{path}.type", unlisted or mount.type),
        read_only=missing.take(f"{path}.read_only", unlisted or mount.read_only),
    )
    if isinstance(space, Space) and space.free_bytes > space.total_bytes:
        space = Absent("the file system tells more free space than it has")
    if isinstance(space, Absent):
        missing.update({f"{path}.{field}": space.reason for field in SPACE_FIELDS + INODE_FIELDS})
        return row
    row = structs.replace(
        row,
        total_bytes=space.total_bytes,
        used_bytes=space.total_bytes - space.free_bytes,
        free_bytes=space.available_bytes,
        usage_percent=missing.take(f"{path}.usage_percent", used_percent(space)),
    )
    if not 0 < space.inodes >= space.inodes_free:
        # btrfs and vfat make inodes as they need them, and say 0.
        missing.update({f"{path}.{field}": "the file system has no fixed number of inodes" for field in INODE_FIELDS})
        return row
    inodes_used = space.inodes - space.inodes_free
    return structs.replace(
        row,
        inodes_count=space.inodes,
        inodes_used=inodes_used,
        inodes_usage_percent=100.0 * (inodes_used / space.inodes),
    )


def used_percent(space: Space) -> float | Absent:
    """The used share of what users can have: blocks reserved for the superuser are neither used nor available."""
    used = space.total_bytes - space.free_bytes
    whole = used + space.available_bytes
    return 100.0 * (used / whole) if whole > 0 else Absent("the file system tells no size")


class Filesystems(Probe):
    name: ClassVar[str] = "filesystems"
    section: ClassVar[str] = "system.disk"
    fields: ClassVar[tuple[str, ...]] = (*SPACE_FIELDS, "filesystems")
    period_seconds: ClassVar[float] = 5.0
    blocking: ClassVar[bool] = True

    def __init__(self, measure: Measure = measure) -> None:
        self._measure = measure
        self._content = b""
        self._mounts: list[Mount] = []
        self._may_hang: frozenset[int] = frozenset()
        self._asked: dict[Served, Asked] = {}

    def read(self, roots: Roots, now: float) -> Reading:
        content = read_mounts(roots)
        if content != self._content:
            mounts = parse_mountinfo(content)
            self._mounts = holding_data(mounts, lambda path: is_directory(roots.on_root(path)))
            self._may_hang = behind_servers(mounts)
            self._content = content
        missing = Missing()
        rows = [
            filesystem(mount, space, f"filesystems[{index}]", missing)
            for index, (mount, space) in enumerate(zip(self._mounts, self._spaces(roots, now), strict=True))
        ]
        # The root has the first row, and its reasons hold here too.
        root = {field: getattr(rows[0], field) for field in SPACE_FIELDS}
        for field, value in root.items():
            if value is None:
                missing[field] = missing[f"filesystems[0].{field}"]
        return Reading(report=model.Disk(filesystems=rows, **root), missing=missing)

    def _spaces(self, roots: Roots, now: float) -> Sequence[Space | Absent]:
        """The space of each mount. File servers answer side by side, and hold up nobody else."""
        asked = self._ask_servers(roots, now)
        own = {mount.id: self._own(roots, mount) for mount in self._mounts if mount.id not in self._may_hang}
        wait(asked, WAIT_SECONDS)
        spaces = [own[mount.id] if mount.id in own else self._landed(mount, now) for mount in self._mounts]
        root = spaces[0]
        for place, space in enumerate(spaces[1:], start=1):
            # The directory is there but nothing is mounted on it: its numbers would be those of the root.
            if isinstance(space, Space) and isinstance(root, Space) and space.device == root.device:
                spaces[place] = Absent("not mounted below the root that is watched")
        return spaces

    def _own(self, roots: Roots, mount: Mount) -> Space | Absent:
        try:
            return self._measure(roots.on_root(mount.mountpoint))
        except OSError as error:
            return Absent(error.strerror or str(error))

    def _ask_servers(self, roots: Roots, now: float) -> list[Future[Space]]:
        """Asks all that are not in the air still."""
        served = {(mount.mountpoint, mount.device) for mount in self._mounts if mount.id in self._may_hang}
        # A call that hangs outlives its mount, and stays counted.
        for key, asked in list(self._asked.items()):
            if key not in served and not asked.flight.in_air:
                self._asked.pop(key).flight.close()
        for key in served - self._asked.keys():
            if len(self._asked) < FLIGHTS_LIMIT:
                self._asked[key] = Asked(f"file server of {key[0]}")
        free = [key for key in served & self._asked.keys() if not self._asked[key].flight.in_air]
        return [self._asked[key].ask(partial(self._measure, roots.on_root(key[0])), now) for key in free]

    def _landed(self, mount: Mount, now: float) -> Space | Absent:
        asked = self._asked.get((mount.mountpoint, mount.device))
        if asked is None or asked.answer is None:
            return Absent("too many file servers do not answer")
        if not asked.answer.done():
            return Absent(f"its server has not answered for {max(now - asked.at, WAIT_SECONDS):.1f} s")
        error = asked.answer.exception()
        return asked.answer.result() if error is None else Absent(getattr(error, "strerror", None) or str(error))
