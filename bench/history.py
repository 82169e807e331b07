"""What it takes to keep a history of a busy machine: bytes a value on disk, and CPU time beside not keeping it.

Two appliances sample the same machine at the same time, one of which keeps its history. Beside them a dozen labelled
jobs compute, allocate, write to disk and start processes, each by chance.
"""

import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import apsw

from bench import processes, report
from bench.processes import child, cpu_seconds
from zeropoint.history.columns_reader import ColumnReader

JOBS = 12
# What is done once a day is over before: a first block makes the file and names the series, and the journal's WAL has
# grown to its size. In each window one block is written.
SETTLE_SECONDS, WINDOW_SECONDS = 330, 300
DAY_SECONDS = 86_400
# Otherwise an appliance on a busy machine reads less often what is dear, and both would cost the same.
NO_BUDGET = ("--overhead-budget-percent", "0")
# All times that a file may tell of.
LAST_MS = 253_402_300_799_999

JOB = """
import os, random, subprocess, sys, time
random.seed(sys.argv[1])
print("ready", flush=True)
kept = []
while True:
    until = time.process_time() + random.expovariate(1 / 0.03)
    while time.process_time() < until:
        pass
    kept = [*kept[-20:], bytearray(random.randrange(1 << 20))]
    if random.random() < 0.3:
        with open(sys.argv[2], "wb") as file:
            file.write(os.urandom(random.randrange(1 << 19)))
            os.fsync(file.fileno())
    if random.random() < 0.1:
        subprocess.run(["true"])
    time.sleep(random.expovariate(1 / 0.5))
"""


@dataclass(frozen=True)
class Kept:
    """What some minutes took: CPU in percent of one core with the history and without it; what the file of samples
    takes, and of it what is there once a day, which are the names of series; how many values it has, not null."""

    with_percent: float
    without_percent: float
    file_bytes: int
    names_bytes: int
    values: int
    series: int
    seconds: float

    @property
    def bytes_a_value(self) -> float:
        return self.file_bytes / self.values

    @property
    def bytes_a_value_of_a_day(self) -> float:
        names = self.names_bytes * self.seconds / DAY_SECONDS
        return (self.file_bytes - self.names_bytes + names) / self.values


def busy_minutes() -> Kept:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with ExitStack() as running:
            for number in range(JOBS):
                job = child(
                    sys.executable,
                    "-c",
                    JOB,
                    number,
                    f"{folder}/job-{number}",
                    environment={"ZP_RUN": f"bench/{number}"},
                )
                running.enter_context(job).answer()
            one, _ = running.enter_context(processes.zeropoint(*NO_BUDGET, "--data", str(data)))
            other, _ = running.enter_context(processes.zeropoint(*NO_BUDGET, "--history", "false"))
            time.sleep(SETTLE_SECONDS)
            before, began = [cpu_seconds(each.pid) for each in (one, other)], time.monotonic()
            time.sleep(WINDOW_SECONDS)
            seconds = time.monotonic() - began
            cpu = [cpu_seconds(each.pid) - was for each, was in zip((one, other), before, strict=True)]
        return _weigh(data / "history", Path(folder), *(100 * each / seconds for each in cpu))


def _weigh(history: Path, folder: Path, with_percent: float, without_percent: float) -> Kept:
    reader = ColumnReader(history)
    names = sorted(reader.names(0, LAST_MS))
    stretch, holes = reader.read(names, 0, LAST_MS, "samples")
    reader.close()
    assert not holes
    files = [*(history / "samples").glob("*.db")]
    return Kept(
        with_percent=with_percent,
        without_percent=without_percent,
        file_bytes=sum(file.stat().st_size for file in files),
        names_bytes=sum(_without_blocks(file, folder / f"names-{file.name}") for file in files),
        values=int(stretch.count.sum()),
        series=len(names),
        seconds=float(stretch.times_ms[-1] - stretch.times_ms[0]) / 1000,
    )


def _without_blocks(file: Path, copy: Path) -> int:
    """The size of a file that has everything but the values."""
    shutil.copy(file, copy)
    connection = apsw.Connection(str(copy))
    connection.execute("DELETE FROM blocks; VACUUM")
    connection.pragma("wal_checkpoint", "TRUNCATE")
    connection.close()
    return copy.stat().st_size


def measure(runs: int) -> report.Report:
    minutes = report.alternate({"busy minutes": partial(busy_minutes)}, runs)["busy minutes"]
    of_run, of_day = ([getattr(each, name) for each in minutes] for name in ("bytes_a_value", "bytes_a_value_of_a_day"))
    with_history, without = [each.with_percent for each in minutes], [each.without_percent for each in minutes]
    added, most = report.ratio(with_history, without) - 1, max(of_day)
    series, values = (report.spread([getattr(each, name) for each in minutes], 0) for name in ("series", "values"))
    return report.Report(
        name="history",
        header=("what", "measured"),
        rows=[
            ("bytes a value in the columns, names of series written once a day", report.spread(of_day, 3)),
            ("bytes a value of the minutes alone, with all names", report.spread(of_run, 3)),
            ("series", series),
            ("values that are not null", values),
            ("CPU with the history, % of one core", report.spread(with_history, 3)),
            ("CPU without it, % of one core", report.spread(without, 3)),
        ],
        goals=[
            report.Goal(f"at most 0.8 bytes a value on disk in the columns (it is {most:.2f} at most)", most <= 0.8),
            report.Goal(
                f"writing adds at most a tenth to the process's CPU (it adds {100 * added:.1f} %)", added <= 0.1
            ),
        ],
        notes=[
            f"{(SETTLE_SECONDS + WINDOW_SECONDS) // 60} minutes each time at one sample a second, beside {JOBS} "
            "labelled jobs that compute, allocate, write and start processes by chance. Sizes are of SQLite's files.",
            f"CPU is that of the last {WINDOW_SECONDS // 60}. Two appliances at the same time, one with its history, "
            "meet the same disturbances. Their overhead budget is off.",
        ],
    )
