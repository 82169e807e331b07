"""The component `safetensors`: the files ARTIFACTS/safetensors/*.safetensors, by the headers in them.

The format: eight bytes with the header's length, little endian, and a JSON object that gives each tensor its `dtype`,
`shape` and place.
"""

import json
import os
import stat
import time
from itertools import islice
from math import prod
from pathlib import Path
from typing import Annotated, ClassVar

from zeropoint.model import Component, Count, Section, Text, metric, text
from zeropoint.probe import Absent, Missing, Probe, Reading, Roots
from zeropoint.texts import clean, rfc3339

MOST_FILES = 1000
LARGEST_HEADER_BYTES = 1024 * 1024
NO_WRITER = "files tell when something was written, not what wrote it"


class SafetensorsReport(Component, frozen=True, kw_only=True):
    files_count: Annotated[Count, metric("Files whose header can be read")] = None
    invalid_count: Annotated[Count, metric("Files whose header can not be read")] = None
    invalid_reason: Annotated[Text, text("What is wrong with one of these")] = None
    parameters_count: Annotated[Count, metric("Numbers in all tensors of these files")] = None


class Safetensors(Probe):
    name: ClassVar[str] = "safetensors"
    section: ClassVar[str] = "ai.components.safetensors"
    report: ClassVar[type[Section]] = SafetensorsReport
    period_seconds: ClassVar[float] = 2.0
    blocking: ClassVar[bool] = True

    def __init__(self, artifacts: Path) -> None:
        self._folder = artifacts / "safetensors"
        self._since: tuple[str, float] | None = None

    def read(self, roots: Roots, now: float) -> Reading:
        missing = Missing(pids=NO_WRITER)
        parameters, times, invalid = [], [], []
        for path in self._files():
            try:
                parameters.append(parameters_of(read_header(path)))
                times.append(path.lstat().st_mtime)
            except (OSError, ValueError) as error:
                invalid.append(clean(f"{path.name}: {error}"))
        newest = max((when for when in times if 0 <= when <= time.time()), default=None)
        status = "stopped" if parameters or invalid else "absent"
        if self._since is None or self._since[0] != status:
            self._since = (status, time.time())
        return Reading(
            SafetensorsReport(
                status=status,
                since=rfc3339(self._since[1]),
                reason=None if parameters or invalid else "no safetensors files",
                last_updated=missing.take("last_updated", Absent("no file") if newest is None else rfc3339(newest)),
                files_count=len(parameters),
                invalid_count=len(invalid),
                invalid_reason=missing.take("invalid_reason", invalid[0] if invalid else Absent("none is invalid")),
                parameters_count=sum(parameters),
            ),
            missing,
        )

    def _files(self) -> list[Path]:
        try:
            with os.scandir(self._folder) as entries:
                names = [entry.name for entry in islice(entries, MOST_FILES)]
        except OSError:
            return []
        return [self._folder / name for name in names if name.endswith(".safetensors") and not name.startswith(".")]


def read_header(path: Path) -> bytes:
    """The JSON of the header. Raises OSError, ValueError; never blocks on a pipe, and follows no link."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("no regular file")
        size = int.from_bytes(os.pread(descriptor, 8, 0), "little")
        if not 2 <= size <= LARGEST_HEADER_BYTES:
            raise ValueError(f"a header of {size:,} bytes")
        return os.pread(descriptor, size, 8)
    finally:
        os.close(descriptor)


def parameters_of(header: bytes) -> int:
    """How many numbers the tensors hold. Raises ValueError for what is no header."""
    try:
        tensors = json.loads(header)
        shapes = [tensor["shape"] for name, tensor in tensors.items() if name != "__metadata__"]
        if not all(type(size) is int and 0 <= size < 2**53 for shape in shapes for size in shape):
            raise ValueError("a shape is no list of sizes")
        count = sum(prod(shape) for shape in shapes)
    except (AttributeError, TypeError, KeyError, RecursionError):
        raise ValueError("no header of tensors") from None
    if count > 2**53:
        raise ValueError("more numbers than JavaScript can count")
    return count
