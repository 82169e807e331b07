"""The machine watched from within namespaces of its own, as by a container that has the machine's trees mounted."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.host.trees import report_of
from zeropoint.host.network import Network
from zeropoint.host.platform import Platform
from zeropoint.host.processes import Processes
from zeropoint.probe import Roots

NAMESPACES = ["unshare", "--pid", "--net", "--uts", "--mount", "--fork", "--mount-proc"]
PROGRAM = """
import sys, msgspec
from zeropoint.host.registry import probes
from zeropoint.probe import Reading, Roots
def told(roots):
    readings = {probe.name: probe.read(roots, 1.0) for probe in probes(roots) if not probe.name.startswith("gpu_")}
    return {name: reading.report for name, reading in readings.items() if isinstance(reading, Reading)}
trees = sys.argv[1]
machine = told(Roots(proc=f"{trees}/proc", sys=f"{trees}/sys", root=f"{trees}/root"))
print(msgspec.json.encode({"machine": machine, "container": told(Roots())}).decode())
"""


def may_unshare() -> bool:
    if os.geteuid() != 0:
        return False
    return subprocess.run([*NAMESPACES, "true"], check=False, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not may_unshare():
        pytest.skip("needs the right to make namespaces")
    trees = tmp_path_factory.mktemp("trees")
    for name in ("proc", "sys", "root"):
        (trees / name).mkdir()
    there = shlex.quote(str(trees))
    inner = f"hostname container && exec {shlex.join([sys.executable, '-c', PROGRAM, str(trees)])}"
    script = "; ".join(
        [
            "set -e",
            f"mount --rbind / {there}/root",
            f"mount --bind /proc {there}/proc",
            f"mount --rbind /sys {there}/sys",
            f"exec {shlex.join([*NAMESPACES, 'sh', '-c', inner])}",
        ]
    )
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def test_the_network_is_the_machines(told: dict[str, Any]):
    machine = [row.name for row in report_of(Network(), Roots()).interfaces]
    assert [row["name"] for row in told["machine"]["network"]["interfaces"]] == machine
    assert [row["name"] for row in told["container"]["network"]["interfaces"]] == ["lo"]


def test_the_processes_are_the_machines(told: dict[str, Any]):
    processes = report_of(Processes(), Roots()).process_count
    assert told["machine"]["processes"]["process_count"] == pytest.approx(processes, abs=20)
    assert told["container"]["processes"]["process_count"] < 10


@pytest.mark.skipif(not Path("/etc/hostname").exists(), reason="the machine has no name on its disk")
def test_the_name_is_the_machines(told: dict[str, Any]):
    assert told["machine"]["platform"]["name"] == Path("/etc/hostname").read_text().strip()
    assert told["container"]["platform"]["name"] == "container"
    assert told["machine"]["platform"]["boot_time"] == report_of(Platform(), Roots()).boot_time


def test_the_file_systems_are_the_machines(told: dict[str, Any]):
    root = told["machine"]["filesystems"]
    assert root["total_bytes"] == root["filesystems"][0]["total_bytes"] > 0
    assert root["filesystems"][0]["mountpoint"] == "/"
