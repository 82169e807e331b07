"""Which row of `unavailable` is the reason for which value."""

import re


def covers(row: str, place: str) -> bool:
    """Whether the row with this path speaks of the value at `place`: it does of what is below it too.

    [*] stands for every row of a list: ledger.workloads[*].gpu_percent.
    """
    return _reach(row, place) > 0


def is_at(row: str, place: str) -> bool:
    """Whether the row speaks of this very value, and not of one above it."""
    return _reach(row, place) == len(place)


def nearest(rows: list[dict[str, str]], place: str) -> str | None:
    """The reason for the null at `place`: of the nearest row above it, and of one of its own before one with [*]."""
    found = [row for row in rows if covers(row["path"], place)]
    nearest = max(found, key=lambda row: (_reach(row["path"], place), "[*]" not in row["path"]), default=None)
    return nearest["reason"] if nearest else None


def _reach(row: str, place: str) -> int:
    """How much of the place the row's path names; 0 where it speaks of something else."""
    pattern = re.escape(row).replace(re.escape("[*]"), r"\[[0-9]+\]")
    named = re.match(pattern + r"(?=[.\[]|$)", place)
    return named.end() if named else 0
