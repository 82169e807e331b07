"""Programs that use the SDK, in processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[2] / "sdk/src"
HEAD = "import os, sys, signal, threading, time\nimport zeropoint_sdk as zp\n"


def start(
    code: str, artifacts: Path, python: Path | str = sys.executable, **environment: str
) -> "subprocess.Popen[str]":
    """A process that runs `code`; `zp` is the SDK there, and its artifacts are in `artifacts`."""
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "ZEROPOINT_ARTIFACTS": str(artifacts), **environment},
    )


def finish(code: str, artifacts: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    with start(code, artifacts, **environment) as child:
        output, errors = child.communicate(timeout=60)
    return subprocess.CompletedProcess(code, child.returncode, output, errors)


def only_run(artifacts: Path) -> Path:
    (folder,) = artifacts.glob("runs/*/*")
    return folder


def record_of(artifacts: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((only_run(artifacts) / "run.json").read_text())
    return record


def lines_of(artifacts: Path) -> list[str]:
    return (only_run(artifacts) / "steps.jsonl").read_text().splitlines()


def rows_of(artifacts: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines_of(artifacts)]
