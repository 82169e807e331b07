"""The SDK under every Python from 3.9 on that is found here; under the one that runs the tests at least."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sdk.jobs import SOURCE, only_run, record_of, rows_of

TRAINING = """
import sys, threading
import zeropoint_sdk as zp
with zp.run("digits", kind="tinygrad", artifacts=sys.argv[1], lr=0.1, what={1}) as run:
    for step in range(3):
        run.log(step=step, loss=1 / (step + 1), tokens=8, nan=float("nan"), text="x")
    with zp.tinygrad.step(run, tokens=8) as s:
        s.loss = 0.25
    thread = threading.Thread(target=lambda: run.log(step=9))
    thread.start()
    thread.join()
    raise SystemExit(3)
"""


def pythons() -> list[str]:
    """Interpreters by the names that systems and pyenv give them, each version once."""
    names = [f"python3.{minor}" for minor in range(9, 20)]
    folders = sorted((Path.home() / ".pyenv/versions").glob("3.*/bin"))
    found = {name: path for name in names for folder in folders if (path := shutil.which(name, path=str(folder)))}
    found |= {name: path for name in names if (path := shutil.which(name)) and works(path)}
    found[f"python3.{sys.version_info[1]}"] = sys.executable
    return list(found.values())


def works(python: str) -> bool:
    """pyenv puts names in the PATH that lead to nothing."""
    return subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).name)
def test_a_run_is_told(python: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [python, "-W", "error", "-c", TRAINING, tmp_path]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "text is a str and no number\n"
    record = record_of(tmp_path)
    assert (record["exit_code"], record["hyperparameters"]) == (3, {"lr": 0.1, "what": "{1}"})
    assert [row["step"] for row in rows_of(tmp_path)] == [0, 1, 2, 3, 9]
    assert json.loads((only_run(tmp_path) / "run.json").read_text()) == record
