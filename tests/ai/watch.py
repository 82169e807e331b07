"""Reads components over real directories, by a clock that is an argument."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.reasons import covers
from zeropoint.ai.component import ArtifactsComponent
from zeropoint.model import Component, Section
from zeropoint.probe import Roots

NOBODY = 65534
# Writes a file below the artifacts directory: (name, content, age=seconds) -> path.
Put = Callable[..., Path]


class Watch:
    """Reads a component as the appliance does, every 2 s of a clock that the test moves."""

    def __init__(self, kind: type[ArtifactsComponent], artifacts: Path, **options: object) -> None:
        # Ahead by what a test may take to write its files: these are some seconds old at the first reading.
        self.wall = time.time() + 3
        self.now = 1000.0
        self.missing: Mapping[str, str] = {}
        self.component = kind(artifacts, clock=lambda: self.wall, **options)  # type: ignore[arg-type]

    def read(self, after: float = 0.0, roots: Roots | None = None) -> Component:
        self.wall += after
        self.now += after
        reading = self.component.read(roots or Roots(), self.now)
        assert isinstance(reading.report, Component)
        self.missing = reading.missing
        assert nulls_without_reason(reading.report, self.missing) == []
        return reading.report


def nulls_without_reason(section: Section, missing: Mapping[str, str], at: str = "") -> list[str]:
    """Paths of nulls that no entry covers; `reason` alone may be null without one."""
    found: list[str] = []
    for name in section.__struct_fields__:
        value, path = getattr(section, name), f"{at}{name}"
        if name == "reason" or any(covers(row, path) for row in missing):
            continue
        if value is None:
            found.append(path)
        elif isinstance(value, Section):
            found += nulls_without_reason(value, missing, f"{path}.")
    return found


@contextmanager
def as_nobody() -> Iterator[None]:
    """As a user who may not read everything; root may."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
