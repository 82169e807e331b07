"""A real mount whose server never answers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zeropoint.host.filesystems import WAIT_SECONDS

PROGRAM = Path(__file__).with_name("dead_mount.py")
UNSHARE = ["unshare", "--mount", "--propagation", "private"]


def may_mount() -> bool:
    if os.geteuid() != 0 or not Path("/dev/fuse").exists():
        return False
    return subprocess.run([*UNSHARE, "true"], check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not may_mount(), reason="needs the right to mount FUSE")
def test_a_dead_mount_costs_its_own_row_and_does_not_hold_the_exit(tmp_path: Path):
    target = tmp_path / "dead"
    target.mkdir()
    ended = subprocess.run(
        [*UNSHARE, sys.executable, str(PROGRAM)],
        env={**os.environ, "DEAD_MOUNT": str(target)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    for reading in told["readings"]:
        rows = reading["report"]["filesystems"]
        (index,) = (index for index, row in enumerate(rows) if row["mountpoint"] == str(target))
        assert reading["missing"][f"filesystems[{index}].total_bytes"].startswith("its server has not answered for")
        assert rows[0]["mountpoint"] == "/" and rows[0]["total_bytes"] > 0
    # Only the reading that asks waits, and not for long.
    assert told["durations"][0] < WAIT_SECONDS + 1.0
    assert max(told["durations"][1:]) < WAIT_SECONDS
