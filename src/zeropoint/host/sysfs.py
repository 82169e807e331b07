"""Small reads of trees of the kernel's, where a file or a directory may well not be there."""

import os

from zeropoint.probe import read_text


def names_in(directory: str) -> list[str]:
    """The names in a directory, sorted; none when it isn't there or can't be listed."""
    try:
        # Path.iterdir() makes an object of each name, at ten times the cost.
        return sorted(os.listdir(directory))  # noqa: PTH208
    except OSError:
        return []


def text_at(path: str) -> str | None:
    """The content of a file; None when it isn't there or the driver refuses to answer."""
    try:
        return read_text(path)
    except OSError:
        return None


def number_at(path: str) -> int | None:
    """The number in a file; None when there is none."""
    try:
        return int(read_text(path))
    except (OSError, ValueError):
        return None
