"""Servers of recorded machines."""

import shutil
from contextlib import AbstractContextManager
from pathlib import Path

from tests.support.process import Appliance, running

FIXTURES = Path(__file__).parent.parent / "fixtures"


def copy_of(name: str, into: Path) -> Path:
    """A machine's trees that a test may damage."""
    shutil.copytree(FIXTURES / name, into / "machine", symlinks=True)
    return into / "machine"


def watching(trees: Path, data: Path, *arguments: str) -> AbstractContextManager[Appliance]:
    """A server of the machine whose trees these are."""
    roots = ["--procfs", str(trees / "proc"), "--sysfs", str(trees / "sys"), "--rootfs", str(trees)]
    return running(data, *roots, "--artifacts", str(data / "artifacts"), "--interval", "0.2", *arguments)
