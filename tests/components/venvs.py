"""The real programs, each in a virtual environment of its own that is made once and kept in .venvs/."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).parents[2]
VENVS = ROOT / ".venvs"
REQUIREMENTS = ROOT / "requirements/components"


def python_of(name: str) -> Path:
    """The interpreter of the environment that requirements/components/NAME.txt describes.

    A file NAME.no-deps.txt beside it is installed last and without dependencies. Raises CalledProcessError when a
    package can't be had.
    """
    files = [(REQUIREMENTS / f"{name}.txt", ()), (REQUIREMENTS / f"{name}.no-deps.txt", ("--no-deps",))]
    wanted = hashlib.sha256(b"\0".join(file.read_bytes() for file, _ in files if file.exists())).hexdigest()
    folder = VENVS / name
    python, stamp = folder / "bin/python", folder / ".ready"
    VENVS.mkdir(exist_ok=True)
    with FileLock(VENVS / f"{name}.lock"):
        if not stamp.exists() or stamp.read_text() != wanted:
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            for file, how in files:
                if file.exists():
                    install = [python, "-m", "pip", "install", "--quiet", "--progress-bar", "off"]
                    subprocess.run([*install, *how, "--requirement", file], check=True, env=quiet())
            stamp.write_text(wanted)
    return python


def quiet() -> dict[str, str]:
    return {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
