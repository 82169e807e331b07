"""deploy/zeropoint.service is a unit that systemd takes, and starts what the package installs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT
from zeropoint.settings import PREFIX, table

# Of 10; a unit without any restriction has 9.6. It found 1.8 in Debian 12.
MOST_EXPOSED = 2.5
UNIT = (ROOT / "deploy/zeropoint.service").read_text()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="a machine without systemd")
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path):
    program = Path(sys.executable).with_name("zeropoint")
    unit = tmp_path / "zeropoint.service"
    unit.write_text(UNIT.replace("/opt/zeropoint/bin/zeropoint", str(program)))
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    # It tells of other units of the machine too.
    assert [line for line in checked.stderr.splitlines() if "zeropoint.service" in line] == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="a machine without systemd")
def test_systemd_finds_that_it_is_exposed_little():
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED * 10:.0f}"]
    checked = subprocess.run([*command, ROOT / "deploy/zeropoint.service"], capture_output=True, text=True, check=False)
    (found,) = re.findall(r"Overall exposure level for zeropoint.service: ([0-9.]+)", checked.stdout + checked.stderr)
    assert float(found) <= MOST_EXPOSED
    assert checked.returncode == 0


def test_the_variables_that_it_sets_are_settings():
    named = set(re.findall(rf"^Environment=.*?\b({PREFIX}[A-Z_]+)=", UNIT, re.MULTILINE))
    assert named
    assert named <= {row.variable for row in table()}
