"""The virtual environment of the Python programs that are compared with: .venv-bench, made once, pinned with hashes."""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

LOCK = Path(__file__).with_name("requirements.lock")
FOLDER = Path(__file__).parent.parent / ".venv-bench"


def environment() -> Path:
    """Its interpreter. It is made anew when the lock or this interpreter is another one than it was made with."""
    python = FOLDER / "bin" / "python"
    made_from = FOLDER / "made-from"
    wanted = f"{sys.version} {hashlib.sha256(LOCK.read_bytes()).hexdigest()}"
    if not made_from.exists() or made_from.read_text() != wanted:
        print(f"  making {FOLDER.name}", flush=True)
        venv.create(FOLDER, clear=True, with_pip=True)
        (FOLDER / ".gitignore").write_text("*\n")
        subprocess.run([python, "-m", "pip", "install", "-qq", "--require-hashes", "--requirement", LOCK], check=True)
        made_from.write_text(wanted)
    return python
