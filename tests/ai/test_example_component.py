"""A small distribution of its own, built and installed as users would do it: the real appliance shows its component."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import Appliance, running

EXAMPLE = Path(__file__).parent / "example_component"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the example lies once pip has built and installed it, without asking any index."""
    source = tmp_path_factory.mktemp("source") / "example"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", "--target", target, source], check=True, timeout=120)
    return target


def safetensors(shapes: dict[str, list[int]]) -> bytes:
    header = json.dumps({name: {"dtype": "F32", "shape": shape} for name, shape in shapes.items()}).encode()
    return len(header).to_bytes(8, "little") + header


def component(appliance: Appliance, files: int) -> Any:
    """The component in the first sample in which it has counted these."""
    deadline = time.monotonic() + 60
    sample = appliance.get("/metrics/json").json
    while sample["ai"]["components"]["safetensors"]["files_count"] != files:
        assert time.monotonic() < deadline, sample["ai"]["components"]["safetensors"]
        answer = appliance.get(f"/metrics/json?since={sample['id']}&wait=5").json
        sample = answer["samples"][-1] if answer["samples"] else sample
    return sample["ai"]["components"]["safetensors"]


def test_a_component_of_another_distribution_is_in_the_sample_the_exposition_and_the_api_description(
    installed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "artifacts/safetensors"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(safetensors({"weight": [3, 4], "bias": [4]}))
    (folder / "torn.safetensors").write_bytes(safetensors({"weight": [3, 4]})[:20])
    (folder / "enormous.safetensors").write_bytes(b"\xff" * 8)
    (folder / "away.safetensors").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.safetensors")
    path = os.pathsep.join(filter(None, (str(installed), os.environ.get("PYTHONPATH"))))
    with running(tmp_path / "data", "--artifacts", str(tmp_path / "artifacts"), PYTHONPATH=path) as appliance:
        told = component(appliance, 1)
        assert (told["status"], told["parameters_count"], told["invalid_count"]) == ("stopped", 16, 4)
        assert told["last_updated"] is not None
        (folder / "second.safetensors").write_bytes(safetensors({"weight": [2]}))
        assert component(appliance, 2)["parameters_count"] == 18
        exposition = appliance.get("/metrics").body.decode()
        assert 'zeropoint_ai_components_parameters_count{zeropoint_component="safetensors"} 18' in exposition
        schemas = appliance.get("/openapi.json").json["components"]["schemas"]
        assert "parameters_count" in schemas["SafetensorsReport"]["properties"]
        assert appliance.get("/health").json["status"] == "healthy"
