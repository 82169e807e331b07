"""What `zeropoint run` writes and what the SDK writes is of one form."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zeropoint_sdk as zp
from zeropoint.ai.runs import parse_run
from zeropoint.commands import run_record as ours
from zeropoint.probe import Roots
from zeropoint_sdk import record as of_sdk


@given(st.text())
def test_both_make_the_same_folder_of_a_name(name: str) -> None:
    assert ours.safe(name) == of_sdk.safe(name)


def test_where_a_directory_may_not_be_looked_into_or_is_gone_there_is_no_revision(tmp_path: Path) -> None:
    """Which processes of their own try, since a directory and a user are the whole process's."""
    (tmp_path / "closed/project").mkdir(parents=True)
    (tmp_path / "gone").mkdir()
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from zeropoint.commands.run_record import revision\n"
        "closed, gone = Path(sys.argv[1], 'closed'), Path(sys.argv[1], 'gone')\n"
        "os.chdir(closed / 'project')\n"
        "closed.chmod(0)\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"
        "print(revision(Path()))\n"
        "if os.getuid() == 0: os.seteuid(0)\n"
        "closed.chmod(0o700)\n"
        "os.chdir(gone)\n"
        "gone.rmdir()\n"
        "print(revision(Path()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("None\nNone\n", "")


def test_both_write_the_same_fields_and_the_appliance_reads_them(tmp_path: Path) -> None:
    record = ours.Record(tmp_path / "a", "same name", "tinygrad", None)
    record.started(os.getpid())
    record.ended(1)
    with pytest.raises(ValueError, match="no"), zp.run("same name", kind="tinygrad", artifacts=tmp_path / "b") as run:
        raise ValueError("no")
    assert run.folder is not None
    told: list[dict[str, Any]] = []
    for folder in (record.folder, run.folder):
        content = (folder / "run.json").read_bytes()
        told.append(json.loads(content))
        parsed = parse_run(content, ("x", "y"))
        assert parsed is not None
        assert (parsed.id, parsed.kind, parsed.exit_code) == (folder.name, "tinygrad", 1)
        assert parsed.started is not None
        assert parsed.ended is not None
        if sys.platform == "linux":
            assert parsed.life(Roots()) == "live"
            assert parsed.mark is not None
    differing = {name for name in told[0] if told[0][name] != told[1][name]}
    assert list(told[0]) == list(told[1])
    assert differing <= {"id", "started", "ended"}
    assert len(told[0]["id"]) == len(told[1]["id"])
