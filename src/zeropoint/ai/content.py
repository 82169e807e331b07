"""A file's bytes for checks that read a bounded part of them."""

import os
from collections.abc import Callable
from typing import NamedTuple


class Content(NamedTuple):
    size: int
    # (offset, length) -> bytes, fewer at the end. Raises OSError.
    read: Callable[[int, int], bytes]

    def part(self, offset: int, size: int) -> "Content":
        """What a container holds at `offset`; it must lie within."""
        return Content(size, lambda at, length: self.read(offset + at, max(0, min(length, size - at))))


def of_descriptor(descriptor: int) -> Content:
    return Content(os.fstat(descriptor).st_size, lambda offset, length: os.pread(descriptor, length, offset))
