"""A real Ray node with tasks, found and read by the real appliance."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.components.venvs import python_of
from tests.components.watching import component, sample_when
from tests.support.process import TIMEOUT_SECONDS, clean_environment, running

TASKS = Path(__file__).with_name("ray_tasks.py")


@contextmanager
def ray_node(done: Path) -> Iterator["subprocess.Popen[str]"]:
    # Ray's sockets lie there, whose paths may not be long.
    with tempfile.TemporaryDirectory(prefix="ray") as folder:
        node = subprocess.Popen(
            [python_of("ray"), TASKS, folder, done],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=clean_environment(RAY_USAGE_STATS_ENABLED="0"),
        )
        try:
            yield node
        finally:
            done.touch()
            try:
                if node.poll() is None:
                    node.communicate("\n\n", timeout=TIMEOUT_SECONDS)
            finally:
                node.kill()
                node.wait()


def test_the_tasks_of_a_node_are_told(tmp_path: Path) -> None:
    done = tmp_path / "done"
    with (
        running(tmp_path / "data", "--artifacts", str(tmp_path), "--interval", "0.5") as appliance,
        ray_node(done) as node,
    ):
        assert node.stdin is not None and node.stdout is not None
        assert "ready\n" in iter(node.stdout.readline, "")
        told = component(sample_when(appliance, lambda seen: component(seen, "ray")["status"] == "idle"), "ray")
        assert told["runtime"] == "ray"
        assert told["endpoint"].startswith("http://127.0.0.1:")
        node.stdin.write("\n")
        node.stdin.flush()
        # The only core has one of the three.
        sample = sample_when(
            appliance,
            lambda seen: (
                component(seen, "ray")["status"] == "running"
                and component(seen, "ray")["requests_running"] == 1
                and (component(seen, "ray")["requests_waiting"] or 0) >= 1
            ),
        )
        kinds = [row["kind"] for row in component(sample, "programs")["programs"]]
        assert "ray" in kinds
        done.touch()
        assert node.stdout.readline() == "done\n"
        sample_when(appliance, lambda seen: component(seen, "ray")["requests_running"] == 0)
        node.communicate("\n", timeout=TIMEOUT_SECONDS)
        sample_when(appliance, lambda seen: component(seen, "ray")["status"] == "stopped")
