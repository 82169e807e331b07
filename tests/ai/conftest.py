"""What the tests of AI components share: a real artifacts directory."""

import os
import time
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
