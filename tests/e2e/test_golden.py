"""The real process over a recorded machine: its whole first sample is compared with the one that was agreed on.

`ZP_GOLDEN=write .venv/bin/pytest tests/e2e/test_golden.py` writes it anew; read the difference before you commit it.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

from tests.support.process import running

HERE = Path(__file__).parent.parent
MACHINE = HERE / "fixtures/golden"
GOLDEN = HERE / "golden"


def steady(taken: dict[str, Any]) -> dict[str, Any]:
    """The sample without what is this run's: ids, times, this process's own cost, the test machine's disks and
    who has the recorded files."""
    for name in ("id", "timestamp"):
        taken[name] = "..."
    server = taken["server"]
    for name in ("cpu_percent", "cpu_seconds_total", "memory_bytes", "uptime_seconds"):
        server[name] = "..."
    for one in server["collectors"].values():
        one["duration_seconds"] = one["age_seconds"] = one["cpu_percent"] = "..."
    taken["unavailable"] = [row for row in taken["unavailable"] if not row["path"].startswith("server.")]
    for part in (taken["system"]["disk"], *taken["system"]["disk"]["filesystems"]):
        for name in part:
            # statvfs() is a call to this machine's kernel: no recorded tree can stand for it.
            if re.match(r"(total|used|free)_bytes$|usage_percent$|inodes_", name):
                part[name] = "..."
    taken["system"]["host"]["platform"]["python"] = "..."
    for component in taken["ai"]["components"].values():
        component["since"] = "..."
    for workload in taken["ledger"]["workloads"]:
        # The files of the recorded tree are whose the checkout is.
        workload["id"] = workload["id"].replace(workload["user"], "...")
        workload["user"] = "..."
    return taken


def compare(name: str, told: str) -> None:
    file = GOLDEN / name
    if os.environ.get("ZP_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(told)
    assert told == file.read_text(), f"{file} differs; if that is meant, write it anew and commit it"


def test_the_first_sample_of_a_recorded_machine(tmp_path: Path):
    roots = ["--procfs", str(MACHINE / "proc"), "--sysfs", str(MACHINE / "sys"), "--rootfs", str(MACHINE)]
    # A minute between samples: what is asked for is the first one, however slow this machine is.
    artifacts = ["--artifacts", str(tmp_path / "artifacts")]
    with running(tmp_path / "data", *roots, *artifacts, "--interval", "60") as started:
        taken = started.get("/metrics/json").json
        exposition = started.get("/metrics").body.decode()
    told = json.dumps(steady(taken), indent=1, ensure_ascii=False) + "\n"
    compare("sample.json", told.replace(str(tmp_path), "TMP").replace(str(MACHINE), "MACHINE"))
    names = sorted(line.removeprefix("# TYPE ") for line in exposition.splitlines() if line.startswith("# TYPE "))
    compare("families.txt", "\n".join(names) + "\n")
