"""The receipt of a job that uses a GPU. The driver is the compiled stand-in, and the job says what it tells."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.commands.test_receipt import receipt_of
from tests.commands.test_run import python
from tests.host.nvml.machine import build, gpu
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, clean_environment

pytestmark = pytest.mark.system

# Writes what the driver is to tell: its own memory, that it has used 60 % of the time, and throttling that grows.
JOB = """
import os, time
script = os.environ["NVML_SCRIPT"]
def tell(throttled_ns):
    text = TEXT.replace("PID", str(os.getpid())).replace("NOW", str(time.time_ns() // 1000))
    with open(script + ".next", "w") as file:
        file.write(text.replace("THROTTLED", str(throttled_ns)))
    os.replace(script + ".next", script)
for turn in range(40):
    tell(5_000_000_000 + (turn > 20) * 700_000_000)
    time.sleep(0.05)
"""


@pytest.fixture
def driver(tmp_path: Path) -> dict[str, str]:
    library = tmp_path / "driver"
    library.mkdir()
    build(library)
    return {"LD_LIBRARY_PATH": str(library), "NVML_SCRIPT": str(tmp_path / "machine")}


def run(artifacts: Path, driver: dict[str, str], code: str) -> str:
    environment = clean_environment(ZEROPOINT_ARTIFACTS=str(artifacts), **driver)
    job = [PROGRAM, "run", *python(code)]
    return subprocess.run(
        job, env=environment, check=True, timeout=TIMEOUT_SECONDS, stderr=subprocess.PIPE, text=True
    ).stderr


def test_the_job_has_its_share_of_time_and_energy_and_what_held_it_down(tmp_path: Path, driver: dict[str, str]) -> None:
    text = (
        "gpus 1\n"
        + gpu(compute="PID:1073741824", samples="PID:NOW:60:10:0:0").replace("5000000000", "THROTTLED")
        + "\n"
    )
    Path(driver["NVML_SCRIPT"]).write_text("gpus 1\n" + gpu() + "\n")
    errors = run(tmp_path / "artifacts", driver, f"TEXT = {json.dumps(text)}\n{JOB}")
    receipt = receipt_of(tmp_path / "artifacts")
    assert 0 < receipt["gpu_seconds"] <= 0.6 * receipt["wall_seconds"]
    assert receipt["gpu_energy_joules"] == pytest.approx(512.34 * receipt["gpu_seconds"], rel=0.02)
    assert receipt["peak_gpu_memory_bytes"] == 2**30
    limit = next(one for one in receipt["limits"] if one["cause"] == "gpu-power")
    assert (limit["seconds"], limit["of"]) == (0.7, "gpu")
    assert "limited: GPU clocks held down by power for 0.70 s" in errors


def test_a_driver_that_hangs_holds_neither_the_job_nor_its_record(tmp_path: Path, driver: dict[str, str]) -> None:
    Path(driver["NVML_SCRIPT"]).write_text("gpus 1\n" + gpu(power="hang") + "\n")
    errors = run(tmp_path / "artifacts", driver, "import time; time.sleep(0.5)")
    receipt = receipt_of(tmp_path / "artifacts")
    reasons = {row["path"]: row["reason"] for row in receipt["unavailable"]}
    assert receipt["wall_seconds"] >= 0.5
    assert 0 < receipt["cpu_seconds"] < 0.5
    for name in ("gpu_seconds", "gpu_energy_joules", "peak_gpu_memory_bytes"):
        assert receipt[name] is None
        assert reasons[name] == "the driver of a GPU does not answer"
    assert " of CPU" in errors
