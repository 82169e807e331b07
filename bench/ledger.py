"""Whether the ledger closes, and whether what it says of a workload is so.

A tree of busy processes is held against the count that the kernel keeps of its control group, which the ledger does not
read. Under 200 processes a second that live for milliseconds, the parts are held against the machine's total.
"""

import http.client
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import processes, report
from bench.processes import MissingError, child
from bench.servers import HERE

SECONDS = 40
ONE_WINDOW = 10
SHORT_LIVED_A_SECOND, MICROSECONDS = 200, 2000
LABEL = "bench/tree"
TREE = "(while :; do :; done) & (while :; do sh -c 'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done'; done) & wait"
# Where a group can be made whose CPU time the kernel counts: version 1's hierarchy, or version 2's.
PLACES = ((Path("/sys/fs/cgroup/cpuacct"), "cpuacct.usage"), (Path("/sys/fs/cgroup"), "cpu.stat"))


@dataclass(frozen=True)
class Tick:
    """One reading of the ledger; numbers are in seconds of CPU, `row` is the run's."""

    seconds: float
    total: float
    unattributed: float
    over_attributed: float
    row: float


@contextmanager
def _group() -> Iterator[tuple[Path, str]]:
    """A control group of our own, and the file of its CPU time."""
    for place, file in PLACES:
        group = place / f"zeropoint-bench-{os.getpid()}"
        with suppress(OSError):
            group.mkdir()
            if (group / file).exists():
                try:
                    yield group, file
                finally:
                    with suppress(OSError):
                        group.rmdir()
                return
            group.rmdir()
    raise MissingError("a control group that can be made (root, and a writable /sys/fs/cgroup)")


def _group_seconds(file: Path) -> float:
    content = file.read_text()
    if file.name == "cpu.stat":
        return int(dict(line.split() for line in content.splitlines())["usage_usec"]) / 1e6
    return int(content) / 1e9


def _ticks(port: int, count: int) -> Iterator[Tick]:
    """The next readings of the ledger, as they come."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/metrics/sse?sections=ledger")
    stream = connection.getresponse()
    while count:
        line = stream.readline()
        if not line.startswith(b'data: {"id"'):
            continue
        ledger: Any = json.loads(line[6:])["ledger"]
        if ledger is None or ledger["seconds"] is None:
            continue
        count -= 1
        seconds = ledger["seconds"]

        def of(part: Any, seconds: float = seconds) -> float:
            return float(part["cpu_percent"]) / 100 * seconds

        row = sum(of(one) for one in ledger["workloads"] if one["id"] == f"run:{LABEL}")
        yield Tick(seconds, of(ledger["totals"]), of(ledger["unattributed"]), of(ledger["over_attributed"]), row)
    connection.close()


def busy_tree() -> float:
    """What the ledger says of the tree, as a share of what its control group's count says."""
    with _group() as (group, file), processes.zeropoint("--overhead-budget-percent", "0") as (_, port):
        command = f"echo $$ > {group}/cgroup.procs; echo ready; {TREE}"
        with child("sh", "-c", command, environment={"ZP_RUN": LABEL}) as tree:
            tree.answer()
            attributed, before, now = 0.0, 0.0, 0.0
            for number, tick in enumerate(_ticks(port, SECONDS + 3)):
                if number == 2:  # the tree is there and has been looked at
                    before = _group_seconds(group / file)
                elif number > 2:
                    attributed += tick.row
                    now = _group_seconds(group / file)
        time.sleep(0.5)  # until its group is empty
    return attributed / (now - before)


def short_lived(program: Path) -> list[Tick]:
    with (
        processes.zeropoint("--overhead-budget-percent", "0") as (_, port),
        child(program, SHORT_LIVED_A_SECOND, MICROSECONDS, environment={"ZP_RUN": LABEL}) as stress,
    ):
        stress.answer()
        return [*_ticks(port, SECONDS + 3)][3:]


def worst_window(ticks: list[Tick]) -> float:
    """The most by which the parts exceeded the total over ten ticks, percent of one core."""
    excess = [tick.over_attributed - tick.unattributed for tick in ticks]
    windows = range(len(ticks) - ONE_WINDOW + 1)
    sums = (sum(excess[i : i + ONE_WINDOW]) / sum(t.seconds for t in ticks[i : i + ONE_WINDOW]) for i in windows)
    return max(0.0, 100 * max(sums))


def measure(runs: int) -> report.Report:
    with tempfile.TemporaryDirectory() as folder:
        program = processes.compiled(HERE / "short_lived.c", Path(folder))
        trees = report.alternate({"a busy tree": busy_tree}, runs)["a busy tree"]
        name = f"{SHORT_LIVED_A_SECOND} short-lived processes a second"
        stresses = report.alternate({name: partial(short_lived, program)}, runs)[name]
    windows = [worst_window(ticks) for ticks in stresses]
    ticks = [max(100 * tick.over_attributed / tick.seconds for tick in each) for each in stresses]
    shares = [
        statistics.median(tick.unattributed for tick in each) / statistics.median(tick.row for tick in each)
        for each in stresses
    ]
    off = max(abs(1 - share) for share in trees)
    return report.Report(
        name="ledger",
        header=("what", "measured"),
        rows=[
            ("CPU of a busy tree, of its control group's count", report.spread(trees, 3)),
            ("parts beyond the total, the worst 10 s, % of one core", report.spread(windows, 2)),
            ("parts beyond the total, the worst single tick, % of one core", report.spread(ticks, 2)),
            ("median unattributed, of the stress", report.spread(shares, 3)),
        ],
        goals=[
            report.Goal(
                f"a busy tree's CPU within 5 % of its control group's count (it is {100 * off:.1f} % off)", off <= 0.05
            ),
            report.Goal(
                f"at most 2 % of a core beyond the total over any 10 s (it is {max(windows):.2f})", max(windows) <= 2
            ),
            report.Goal(f"at most 10 % in any tick (it is {max(ticks):.2f})", max(ticks) <= 10),
            report.Goal(
                f"median unattributed at most 10 % of the stress (it is {100 * max(shares):.1f} %)", max(shares) <= 0.1
            ),
        ],
        notes=[
            f"{SECONDS} ticks of 1 s each time. The tree is found by its run's label and its processes' clocks; the "
            "control group's count is read by the measurement alone.",
            f"The stress: {SHORT_LIVED_A_SECOND} processes a second that use {MICROSECONDS} microseconds of CPU each.",
        ],
    )
