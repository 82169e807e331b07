"""What is mounted where: /proc/PID/mountinfo, described in Documentation/filesystems/proc.rst (3.5)."""

import os
from collections.abc import Sequence

from msgspec import Struct

from zeropoint.host.parsing import parses, printable
from zeropoint.probe import Roots, read_file


class Mount(Struct, frozen=True):
    """One mount. `device` is MAJOR:MINOR, `root` the directory of the file system that is seen at `mountpoint`.
    `read_only` is said of the file system: a service has its own view of the machine, all of which may be read-only.

    Both paths are as os.fsdecode gives them: fit to be opened, and to be shown only by way of shown().
    """

    id: int
    parent: int
    device: str
    root: str
    mountpoint: str
    read_only: bool
    type: str
    source: str
    super_options: str


def read_mounts(roots: Roots) -> bytes:
    """The mounts of the watched machine. Raises OSError.

    Where its trees are mounted into a container, "self" would be this process in the container, with the container's
    mounts; process 1 of that /proc is the machine's own.
    """
    if roots == Roots():
        return read_file("/proc/self/mountinfo")
    try:
        return read_file(f"{roots.proc}/1/mountinfo")
    except FileNotFoundError:
        return read_file(f"{roots.proc}/self/mountinfo")


@parses("/proc/self/mountinfo")
def parse_mountinfo(content: bytes) -> list[Mount]:
    mounts: list[Mount] = []
    # Not splitlines(): a carriage return is a legal, unescaped part of a name.
    for line in filter(None, content.split(b"\n")):
        # "27 1 254:0 / /mnt rw,relatime shared:1 - ext4 /dev/vda rw,discard"; any number of tags before the dash.
        place, _, what = line.partition(b" - ")
        number, parent, device, root, mountpoint = place.split(b" ")[:5]
        # The source may be empty, as that of `mount -t tmpfs "" /mnt`.
        kind, source, super_options = what.split(b" ", 2)
        mounts.append(
            Mount(
                id=int(number),
                parent=int(parent),
                device=device.decode(),
                root=unescape(root),
                mountpoint=unescape(mountpoint),
                read_only=b"ro" in super_options.split(b","),
                type=shown(unescape(kind)),
                source=shown(unescape(source)),
                super_options=printable(super_options),
            )
        )
    return mounts


def unescape(name: bytes) -> str:
    r"""A name of mountinfo, where space, tab, newline, backslash and # stand as \040, \011, \012, \134 and \043."""
    first, *rest = name.split(b"\\")
    return os.fsdecode(first + b"".join(map(_unescape_start, rest)))


def _unescape_start(part: bytes) -> bytes:
    digits = part[:3]
    if len(digits) == 3 and digits.isdigit() and max(digits) <= ord("7") and digits[0] <= ord("3"):
        return bytes([int(digits, 8)]) + part[3:]
    return b"\\" + part


def shown(path: str) -> str:
    """A path as text that can be sent: bytes that are no UTF-8 are escaped."""
    return printable(os.fsencode(path))


def visible(mounts: Sequence[Mount]) -> list[Mount]:
    """The mounts that a path leads to: those that no other mount covers.

    A mount is covered by one on its own root, and by one that was mounted later, on the same parent, at a directory
    above it; and with a mount is covered what is mounted in it.
    """
    by_id = {mount.id: mount for mount in mounts}
    # The first root of all is its own parent.
    places = {(mount.parent, mount.mountpoint) for mount in mounts if mount.parent != mount.id}

    def covered(mount: Mount) -> bool:
        if (mount.id, mount.mountpoint) in places:
            return True
        walked: set[int] = set()
        # The kernel has no circles here, but what was recorded may.
        while mount.id not in walked:
            walked.add(mount.id)
            if any((mount.parent, above) in places for above in directories_above(mount.mountpoint)):
                return True
            mount = by_id.get(mount.parent, mount)
        return False

    return [mount for mount in mounts if not covered(mount)]


def directories_above(path: str) -> list[str]:
    """ "/a/b/c": "/a/b", "/a", "/"."""
    parts = path.split("/")[1:] if path != "/" else []
    return ["/" + "/".join(parts[:depth]) for depth in range(len(parts) - 1, -1, -1)]
