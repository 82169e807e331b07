"""The SDK as a distribution: built, and installed where other people's programs are."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.components.venvs import ROOT, python_of, quiet

TRAINING = """
import sys, torch
import zeropoint_sdk as zp
with zp.run("digits", kind="petals", artifacts=sys.argv[1], lr=torch.tensor(0.5).item()) as run:
    for step in range(3):
        loss = torch.tensor(1.0) / (step + 1)
        run.log(step=step, loss=loss, rate=loss.numpy(), tokens=torch.tensor(8))
assert "tinygrad" not in sys.modules
print(zp.__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built out of the source distribution, as an index would have it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT / "sdk"]
    subprocess.run(build, check=True, capture_output=True, env=quiet())
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_the_package_its_licence_and_nothing_else(wheel: Path) -> None:
    names = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert names == {"zeropoint_sdk", "zeropoint_sdk-0.1.0.dist-info"}
    files = zipfile.ZipFile(wheel).namelist()
    assert "zeropoint_sdk/py.typed" in files
    assert any(name.endswith("/LICENSE") for name in files)


def test_it_installs_beside_petals_and_changes_nothing_there(wheel: Path, tmp_path: Path) -> None:
    python = python_of("petals")

    def packages() -> list[str]:
        listed = [python, "-m", "pip", "freeze", "--exclude", "zeropoint-sdk"]
        return subprocess.run(listed, check=True, capture_output=True, text=True, env=quiet()).stdout.splitlines()

    before = packages()
    # Without --no-deps, so that whatever it required would come in.
    install = [python, "-m", "pip", "install", "--quiet", "--no-index", "--force-reinstall", wheel]
    subprocess.run(install, check=True, env=quiet())
    try:
        assert packages() == before
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            [python, "-c", TRAINING, tmp_path], check=True, capture_output=True, text=True, env=environment, timeout=120
        )
        assert "site-packages" in done.stdout
        assert done.stderr == ""
    finally:
        subprocess.run([python, "-m", "pip", "uninstall", "--quiet", "--yes", "zeropoint-sdk"], check=True, env=quiet())
    (folder,) = tmp_path.glob("runs/digits/*")
    rows = [json.loads(line) for line in (folder / "steps.jsonl").read_text().splitlines()]
    assert [row["loss"] for row in rows] == pytest.approx([1, 1 / 2, 1 / 3])
    assert [row["rate"] for row in rows] == pytest.approx([1, 1 / 2, 1 / 3])
    assert [row["tokens"] for row in rows] == [8, 8, 8]
    record = json.loads((folder / "run.json").read_text())
    assert (record["exit_code"], record["hyperparameters"]) == (0, {"lr": 0.5})
