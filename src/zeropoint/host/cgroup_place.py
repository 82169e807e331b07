"""Where this process's control groups are: PROC/self/cgroup says which, PROC/self/mountinfo where they are seen.

cgroups(7). In the hybrid set-up some controllers are in hierarchies of version 1 of their own, and the others in the
one of version 2; a controller is in one of them only.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from zeropoint.host.mounts import Mount, parse_mountinfo
from zeropoint.host.parsing import parses
from zeropoint.probe import Roots, read_file


class Membership(Struct, frozen=True):
    """The group of this process in one hierarchy; that of version 2 has no controllers listed."""

    controllers: frozenset[str]
    path: str


class Place(Struct, frozen=True):
    """The directories of a group and of its ancestors that can be seen, itself first."""

    version: int
    directories: tuple[str, ...]


@parses("/proc/self/cgroup")
def parse_memberships(content: bytes) -> list[Membership]:
    memberships: list[Membership] = []
    for line in filter(None, content.split(b"\n")):
        _, controllers, path = line.split(b":", 2)
        memberships.append(
            Membership(controllers=frozenset(filter(None, controllers.decode().split(","))), path=os.fsdecode(path))
        )
    return memberships


def find(controller: str, memberships: Iterable[Membership], mounts: Sequence[Mount]) -> Place | None:
    """The place of this process under a controller; None when it can't be seen from here."""
    unified: Membership | None = None
    for membership in memberships:
        if controller in membership.controllers:
            ours = [
                mount for mount in mounts if mount.type == "cgroup" and controller in mount.super_options.split(",")
            ]
            return _seen(1, membership.path, ours)
        if not membership.controllers:
            unified = membership
    return _seen(2, unified.path, [mount for mount in mounts if mount.type == "cgroup2"]) if unified else None


def _seen(version: int, path: str, mounts: Sequence[Mount]) -> Place | None:
    for mount in mounts:
        below = below_root(path, mount.root)
        if below is not None:
            parts = below.strip("/").split("/") if below.strip("/") else []
            return Place(
                version=version,
                directories=tuple("/".join((mount.mountpoint, *parts[:depth])) for depth in range(len(parts), -1, -1)),
            )
    return None


def below_root(path: str, root: str) -> str | None:
    """What remains of a group's path below the root of a mount; None when the mount doesn't show the group.

    Both are told relative to the root of this process's cgroup namespace; what is above that begins with "/..".
    """
    if root == "/":
        return None if path.startswith("/..") else path
    return path[len(root) :] if path == root or path.startswith(root + "/") else None


def read_places(roots: Roots, controllers: Iterable[str], process: str = "self") -> dict[str, Place]:
    """The place of a process (its number; without one this one) under each controller that can be seen. Raises
    OSError."""
    memberships = parse_memberships(read_file(f"{roots.proc}/{process}/cgroup"))
    mounts = parse_mountinfo(read_file(f"{roots.proc}/self/mountinfo"))
    places: dict[str, Place] = {}
    for controller in controllers:
        place = find(controller, memberships, mounts)
        if place is not None:
            directories = tuple(_opened(roots, directory) for directory in place.directories)
            places[controller] = Place(version=place.version, directories=directories)
    return places


def _opened(roots: Roots, directory: str) -> str:
    """The path by which to open a directory of this process's mounts.

    Behind a live /proc, wherever that is mounted, "self" is a link and the mounts are ours: the path as it is. In a
    recorded tree it is a directory, and what it tells of lies in the recorded trees.
    """
    if Path(f"{roots.proc}/self").is_symlink():
        return directory
    return roots.sys + directory.removeprefix("/sys") if directory.startswith("/sys/") else roots.on_root(directory)
