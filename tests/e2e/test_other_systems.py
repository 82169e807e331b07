"""The real process with an `os` as Windows has it: without the flags of POSIX, and without folders by descriptor.

A simulation on this system, and no more than that: Windows itself was never tried.
"""

import subprocess
import sys
from pathlib import Path

import zeropoint_sdk as zp
from tests.support.process import running
from zeropoint.ai.artifacts import NOT_SUPPORTED

AS_ON_WINDOWS = """
import os
for name in ("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW"):
    delattr(os, name)
os.supports_dir_fd.clear()
os.supports_fd.clear()
os.supports_follow_symlinks.clear()
"""

# What locks the data directory asks for this one, but for Windows in another way.
READS = """
del os.O_NONBLOCK
import sys
from zeropoint.ai.artifacts import NOT_SUPPORTED, open_folder
from zeropoint.probe import read_file
sys.stdout.buffer.write(read_file(sys.argv[1]))
try:
    open_folder("/", ())
except OSError as error:
    assert error.strerror == NOT_SUPPORTED
else:
    raise AssertionError("it was opened")
"""


def test_a_file_is_read_by_the_flags_that_there_are(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"one\r\ntwo\x1a\n")
    command = [sys.executable, "-c", AS_ON_WINDOWS + READS, str(tmp_path / "file")]
    ended = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (ended.stdout, ended.stderr) == (b"one\r\ntwo\x1a\n", b"")


def test_without_the_flags_of_posix_all_but_artifacts_is_read(tmp_path: Path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(AS_ON_WINDOWS)
    artifacts = tmp_path / "artifacts"
    with (
        zp.run("digits", artifacts=artifacts),
        running(tmp_path / "data", "--artifacts", str(artifacts), PYTHONPATH=str(tmp_path / "site")) as appliance,
    ):
        assert appliance.get("/api/v1/runs/steps?id=none").status == 404
        answer = appliance.get("/api/v1/runs").json
        assert answer["runs"] == []
        assert answer["unavailable"] == [{"path": "runs", "reason": NOT_SUPPORTED}]
        newest = appliance.get("/metrics/json").json["id"]
        sample = appliance.get(f"/metrics/json?since={newest}&wait=30").json["samples"][-1]
        troubled = {
            name: one["reason"]
            for name, one in sample["server"]["collectors"].items()
            if one["status"] in ("failed", "hanging")
        }
        assert troubled == {}
        assert sample["ledger"]["workloads"]
        reasons = {row["path"]: row["reason"] for row in sample["unavailable"]}
        assert (sample["ai"]["runs"], reasons["ai.runs"]) == (None, NOT_SUPPORTED)
        assert sample["ai"]["components"]["wondercraft"]["status"] == "unknown"
        assert appliance.stop() == 0
