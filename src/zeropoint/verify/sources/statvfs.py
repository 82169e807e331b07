"""statvfs(3): the space of the root file system of the roots that are watched."""

import os

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files
from zeropoint.verify.sources.df import space


def read_statvfs(roots: Roots) -> Facts:
    told = os.statvfs(roots.root)
    unit = told.f_frsize
    row = {
        "total_bytes": told.f_blocks * unit,
        "used_bytes": (told.f_blocks - told.f_bfree) * unit,
        "free_bytes": told.f_bavail * unit,
    }
    inodes = {"inodes_count": told.f_files, "inodes_used": told.f_files - told.f_ffree} if told.f_files else {}
    return space("system.disk", row) | space("system.disk.filesystems./", row | inodes)


STATVFS = Files(
    "statvfs()",
    ("system.disk.total", "system.disk.used", "system.disk.free", "system.disk.usage", "system.disk.filesystems./."),
    read_statvfs,
)
