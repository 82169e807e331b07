"""The budget of the real process: a source that is really dear is read less often, says so, and recovers."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.events import Event
from tests.support.process import Appliance, running
from tests.support.stream import Stream, messages

FIXTURES = Path(__file__).parent.parent / "fixtures"
BUDGET_PERCENT = 1.5


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A recorded machine's trees that a test may change."""
    shutil.copytree(FIXTURES / "golden", tmp_path / "machine", symlinks=True)
    return tmp_path / "machine"


def start(machine: Path, data: Path, budget_percent: float):
    roots = ["--procfs", str(machine / "proc"), "--sysfs", str(machine / "sys"), "--rootfs", str(machine)]
    artifacts = ["--artifacts", str(machine / "artifacts")]
    return running(data, *roots, *artifacts, "--overhead-budget-percent", str(budget_percent))


def make_dear(file: Path) -> None:
    """A disk with a great many partitions, each of which is a line to read; some 50 ms of CPU in all."""
    with file.open("a") as diskstats:
        diskstats.writelines(f" 259 {number} nvme9n1p{number} 9 0 9 9 9 0 9 9 0 9 9\n" for number in range(30_000))


def server_when(stream: Stream, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first report of the appliance on itself that is as wanted, of the next few hundred."""
    patience = len(messages(stream.events)) + 300

    def server(seen: list[Event]) -> dict[str, Any]:
        report: dict[str, Any] = messages(seen)[-1].json["server"]
        return report

    seen = stream.until(lambda seen: bool(messages(seen)) and (wanted(server(seen)) or len(messages(seen)) > patience))
    assert wanted(server(seen)), server(seen)
    return server(seen)


def disk(server: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = server["collectors"]["disk"]
    return row


def log_of(started: Appliance) -> str:
    assert started.stop() == 0
    assert started.process.stderr is not None
    return started.process.stderr.read()


def test_a_dear_source_is_slowed_and_told_and_recovers_when_the_cause_is_gone(machine: Path, tmp_path: Path):
    diskstats = machine / "proc/diskstats"
    content = diskstats.read_bytes()
    make_dear(diskstats)
    with start(machine, tmp_path / "data", BUDGET_PERCENT) as started:
        with Stream(started) as stream:
            server = server_when(stream, lambda server: disk(server)["slowdown"] == 1)
            assert server["overhead_budget_percent"] == BUDGET_PERCENT
            assert disk(server)["period_seconds"] == 1
            server = server_when(stream, lambda server: disk(server)["slowdown"] > 1)
            assert server["overhead_percent"] > BUDGET_PERCENT, "the reason that it is slowed for"
            most = disk(server)["slowdown"]
            assert disk(server)["period_seconds"] == most
            server = server_when(stream, lambda server: server["overhead_percent"] <= BUDGET_PERCENT)
            assert server["collectors"]["memory"]["slowdown"] == 1, "cheap ones go on"
            assert server["health"] == "healthy", "less often is in order"
            diskstats.write_bytes(content)
            server = server_when(stream, lambda server: disk(server)["slowdown"] < most)
            assert server["overhead_percent"] <= BUDGET_PERCENT
        log = log_of(started)
    slowed, *recovered = [line for line in log.splitlines() if "probes slowed" in line or "probes recover" in line]
    assert f"budget_percent={BUDGET_PERCENT}" in slowed and f"disk {most:g} s" in slowed and "warning" in slowed
    assert any("probes recover" in line and "disk" in line for line in recovered)


def test_what_all_probes_and_the_tick_cost_is_what_collecting_costs(machine: Path, tmp_path: Path):
    with start(machine, tmp_path / "data", 0) as started, Stream(started) as stream:
        first, *_, last = [message.json["server"] for message in stream.samples(4)]
    assert first["overhead_budget_percent"] == 0
    parts = [one["cpu_percent"] for one in last["collectors"].values()]
    assert all(part is not None and part >= 0 for part in parts)
    # Probes of what few machines have cost a little as well, and are left out of the sample.
    assert last["overhead_percent"] >= sum(parts) + last["tick_cpu_percent"] - 0.0001
    assert last["tick_cpu_percent"] > 0
    assert {one["slowdown"] for one in last["collectors"].values()} == {1}
