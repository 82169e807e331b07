"""A real Jupyter kernel, recognised by the real appliance."""

import json
import subprocess
from pathlib import Path

from tests.components.venvs import python_of
from tests.components.watching import component, sample_when
from tests.support.process import running


def test_a_kernel_is_a_program(tmp_path: Path) -> None:
    connection = tmp_path / "kernel-secret.json"
    kernel = subprocess.Popen(
        [python_of("jupyter"), "-m", "ipykernel_launcher", "-f", connection],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with running(tmp_path / "data", "--artifacts", str(tmp_path), "--interval", "0.5") as appliance:
            sample = sample_when(appliance, lambda seen: kernel.pid in (component(seen, "programs").get("pids") or ()))
            rows = {row["kind"]: row for row in component(sample, "programs")["programs"]}
            assert kernel.pid in rows["jupyter_kernel"]["pids"]
            assert "secret" not in json.dumps(sample), "its arguments go nowhere"
            kernel.kill()
            kernel.wait()
            sample_when(appliance, lambda seen: kernel.pid not in (component(seen, "programs")["pids"] or ()))
    finally:
        kernel.kill()
        kernel.wait()
