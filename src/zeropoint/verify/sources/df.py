"""df, of coreutils: the space of file systems."""

import re

from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Tool

COLUMNS = ("total_bytes", "used_bytes", "free_bytes", "inodes_count", "inodes_used")
# "-" stands for what a file system doesn't tell. Names come last: they may hold anything.
ROW = re.compile(r"^\s*(\d+|-)\s+(\d+|-)\s+(-?\d+|-)\s+(\d+|-)\s+(\d+|-)\s+(/.*)$")


def parse_df(printed: bytes) -> Facts:
    """Of `df -a -l -B1 --output=size,used,avail,itotal,iused,target` a row for each mount of this machine's own.

    Where several lie on one place, the last one is seen. df is not asked for those of servers: one that is away would
    hold up all.
    """
    facts: dict[str, float] = {}
    for line in printed.decode("utf-8", "backslashreplace").splitlines()[1:]:
        found = ROW.match(line)
        if found is None:
            continue
        place = found[6]
        row = {name: int(value) for name, value in zip(COLUMNS, found.groups(), strict=False) if value != "-"}
        if "total_bytes" not in row:
            continue
        for prefix in (f"system.disk.filesystems.{place}", *(["system.disk"] if place == "/" else [])):
            facts |= space(prefix, row)
    if not facts:
        raise ValueError("no file system")
    return facts


def space(prefix: str, row: dict[str, int]) -> dict[str, float]:
    """The facts of a file system, with the shares that follow."""
    facts: dict[str, float] = {f"{prefix}.{name}": value for name, value in row.items()}
    room = row["used_bytes"] + row["free_bytes"]
    if room > 0:
        facts[f"{prefix}.usage_percent"] = 100.0 * row["used_bytes"] / room
    if row.get("inodes_count"):
        facts[f"{prefix}.inodes_usage_percent"] = 100.0 * row["inodes_used"] / row["inodes_count"]
    return facts


DF = Tool(
    "df -a -l -B1 --output=size,used,avail,itotal,iused,target",
    "coreutils",
    ("system.disk.filesystems", "system.disk.total", "system.disk.used", "system.disk.free", "system.disk.usage"),
    parse_df,
    name="df -a -l",
)
