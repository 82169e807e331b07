"""Recorded /proc, /sys and root trees, and what holds for every report."""

import math
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.support.reasons import covers, is_at
from zeropoint.model import Section
from zeropoint.probe import Absent, Probe, Reading, Roots

FIXTURES = Path(__file__).parent.parent / "fixtures"
# Each is a whole machine; what a test of one probe needs is in tests/fixtures too.
MACHINES = ("container_v1", "container_v2", "golden", "hostile", "laptop", "no_psi", "vm_hybrid")


def roots_of(tree: Path) -> Roots:
    return Roots(proc=str(tree / "proc"), sys=str(tree / "sys"), root=str(tree))


def recorded(name: str) -> Roots:
    return roots_of(FIXTURES / name)


def changed(name: str, directory: Path, files: Mapping[str, str | bytes | None]) -> Roots:
    """A copy of a recorded tree below `directory` in which some files have other contents; None takes one away."""
    tree = directory / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(FIXTURES / name, tree, symlinks=True)
    for path, content in files.items():
        file = tree / path
        if content is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return roots_of(tree)


def report_of(probe: Probe, roots: Roots, now: float = 0.0) -> Any:
    reading = probe.read(roots, now)
    assert isinstance(reading, Reading), reading
    check(probe, reading)
    return reading.report


def missing_of(probe: Probe, roots: Roots, now: float = 0.0) -> Mapping[str, str]:
    reading = probe.read(roots, now)
    assert isinstance(reading, Reading), reading
    return reading.missing


def check(probe: Probe, reading: Reading | Absent) -> None:
    """What holds for every reading: nulls have reasons, reasons have nulls, numbers are finite, keys are unique."""
    if isinstance(reading, Absent):
        assert reading.reason
        return
    assert isinstance(reading.report, Section)
    names = probe.fields or reading.report.__struct_fields__
    values: dict[str, Any] = {}
    for name in names:
        values.update(walk(name, getattr(reading.report, name)))
    for path, value in values.items():
        if value is None:
            assert any(covers(row, path) for row in reading.missing), f"{path} is null without a reason"
        if isinstance(value, float):
            assert math.isfinite(value), path
        if path.endswith("_percent") and isinstance(value, float):
            assert 0.0 <= value <= 100.0 + 1e-9, f"{path} is {value}"
    for path, reason in reading.missing.items():
        assert reason
        named = [known for known in values if is_at(path, known)]
        # A list without rows has none to name.
        assert named or "[*]" in path, f"there is no {path}"
        assert all(values[known] is None for known in named), f"{path} has a value and a reason"


def walk(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    yield path, value
    if isinstance(value, Struct):
        for field in value.__struct_fields__:
            yield from walk(f"{path}.{field}", getattr(value, field))
    elif isinstance(value, list):
        keys = [str(getattr(row, row.__struct_fields__[0])) for row in value if isinstance(row, Struct)]
        assert len(keys) == len(set(keys)), f"{path} has rows of one name"
        for index, row in enumerate(value):
            yield from walk(f"{path}[{index}]", row)
