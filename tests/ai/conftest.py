"""What the tests of AI components share: a real artifacts directory."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ai.watch import Put


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    folder = tmp_path / "work" / "artifacts"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def put(artifacts: Path) -> Put:
    """Writes a file below the artifacts directory, so many seconds ago."""

    def write(name: str, content: bytes | str = b"x", *, age: float = 0.0) -> Path:
        path = artifacts / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if age:
            then = time.time() - age
            os.utime(path, (then, then))
        return path

    return write


@pytest.fixture
def reachable() -> Iterator[Path]:
    """An artifacts directory that other users can reach: pytest's own are closed to them."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
