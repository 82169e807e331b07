"""Real programs of each kind, recognised by the real appliance."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.components.venvs import python_of
from tests.components.watching import component, sample_when
from tests.support.process import running

KERNEL = ("-m", "ipykernel_launcher", "-f")
# Works until it is ended.
MATRICES = """
import jax, jax.numpy as jnp, sys
step = jax.jit(lambda x: x @ x / jnp.linalg.norm(x))
x = jnp.ones((64, 64))
while True:
    x = step(x).block_until_ready()
"""


@pytest.mark.parametrize(
    ("environment", "arguments", "kind"),
    [("jupyter", KERNEL, "jupyter_kernel"), ("jax", ("-c", MATRICES), "jax")],
    ids=["jupyter", "jax"],
)
def test_a_program_is_recognised_for_as_long_as_it_runs(
    environment: str, arguments: tuple[str, ...], kind: str, tmp_path: Path
) -> None:
    program = subprocess.Popen(
        [python_of(environment), *arguments, tmp_path / "secret.json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with running(tmp_path / "data", "--artifacts", str(tmp_path), "--interval", "0.5") as appliance:
            sample = sample_when(appliance, lambda seen: program.pid in (component(seen, "programs").get("pids") or ()))
            rows = {row["kind"]: row for row in component(sample, "programs")["programs"]}
            assert program.pid in rows[kind]["pids"]
            assert "secret" not in json.dumps(sample), "its arguments go nowhere"
            program.kill()
            program.wait()
            sample_when(appliance, lambda seen: program.pid not in (component(seen, "programs")["pids"] or ()))
    finally:
        program.kill()
        program.wait()
