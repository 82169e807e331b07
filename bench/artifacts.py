"""What it costs to watch 100,000 artifact files: the appliance beside one `find` over them a minute.

Two appliances run at the same time, one with the files and one with an empty directory; what the first uses more is
what the files cost, whichever part of it pays. But folders are listed again so seldom that a window of minutes may see
none of it. So an hour of the watchers' looks is also run through in one go, on a clock that moves two seconds a look:
there all that comes seldom is in, and nothing else is.
"""

import json
import os
import platform
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import processes, report
from bench.processes import cpu_seconds
from zeropoint.ai.component import ArtifactsComponent
from zeropoint.ai.live_runs import LiveRuns
from zeropoint.ai.petals import Petals
from zeropoint.ai.recognise import Recogniser
from zeropoint.ai.tinygrad import Tinygrad
from zeropoint.ai.training import Training
from zeropoint.ai.wondercraft import Wondercraft
from zeropoint.probe import Probe, Roots
from zeropoint.processes import ProcessTable

FILES, A_FOLDER = 100_000, 1000
CHECKPOINTS, BLOCKS, SCENES = 56_000, 20_000, 20_000
# Each has its run.json and its rows.
RUNS, RUNS_A_NAME = 2000, 200
WINDOW_SECONDS, SETTLE_SECONDS = 60, 20
LOOKS_AN_HOUR = 1800
RUN = {
    "name": "digits",
    "kind": "tinygrad",
    "host": platform.node(),
    "pid": 1,
    "started": "2026-01-01T00:00:00.000Z",
    "ended": "2026-01-01T00:00:10.000Z",
    "exit_code": 0,
}
SCENE = Path(__file__).parents[1] / "tests/ai/exported/box.glb"
FIND, APPLIANCE, AN_HOUR = "find, once", "the appliance, with the files less without", "its watchers, over an hour"


def make_files(artifacts: Path) -> None:
    """Checkpoints, blocks and scenes, 1,000 a folder, and runs that have ended."""
    scene = SCENE.read_bytes()
    for place, count, name, content in (
        ("train/checkpoints", CHECKPOINTS, "{:05}.safetensors", b"x"),
        ("petals/cache", BLOCKS, "model:{}.bin", b"x"),
        ("wondercraft/scenes", SCENES, "{:05}.glb", scene),
    ):
        for number in range(count):
            folder = artifacts / place / f"{number // A_FOLDER:03}"
            if number % A_FOLDER == 0:
                folder.mkdir(parents=True)
            (folder / name.format(number)).write_bytes(content)
    for number in range(RUNS):
        folder = artifacts / f"runs/{number // RUNS_A_NAME:02}/{number:04}"
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(json.dumps(RUN | {"id": folder.name}))
        (folder / "steps.jsonl").write_text('{"timestamp": "2026-01-01T00:00:01.000Z", "step": 1, "loss": 1}\n')
    assert CHECKPOINTS + BLOCKS + SCENES + 2 * RUNS == FILES


def find_seconds(artifacts: Path) -> float:
    """CPU time of one find over all files."""
    with subprocess.Popen(["find", artifacts, "-type", "f"], stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


def counted(port: int) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics/json", timeout=10) as answer:
        components = json.load(answer)["ai"]["components"]
    return [
        components["tinygrad"]["artifacts_count"],
        components["petals"]["cache_blocks"],
        components["wondercraft"]["scenes_count"],
    ]


@contextmanager
def watching(artifacts: Path, expected: list[int]) -> Iterator[int]:
    """The pid of a real appliance that has counted all files."""
    with processes.zeropoint("--artifacts", str(artifacts)) as (process, port):
        deadline = time.monotonic() + 300
        while counted(port) != expected:
            if time.monotonic() > deadline:
                raise TimeoutError(f"counted {counted(port)} of {expected}")
            time.sleep(1)
        yield process.pid


def hour_seconds(artifacts: Path) -> float:
    """CPU time of an hour of looks at the files, after all was counted. Processes are not looked at: there are none."""
    wall, now = time.time() + 10, 1000.0
    nowhere = Roots(proc=str(artifacts / "no proc"))
    table = ProcessTable(lambda: now)

    def clock() -> float:
        return wall + now - 1000.0

    kinds: tuple[type[ArtifactsComponent], ...] = (Tinygrad, Petals, Wondercraft)
    watchers: list[Probe] = [kind(artifacts, processes=table, clock=clock) for kind in kinds]
    watchers += [Training(artifacts, Recogniser(table), clock=clock), LiveRuns(artifacts, clock=clock)]

    def look(times: int) -> None:
        nonlocal now
        for _ in range(times):
            for watcher in watchers:
                watcher.read(nowhere, now)
            now += 1
            watchers[-1].read(nowhere, now)  # LiveRuns is asked once a second, the others every other one
            now += 1

    look(LOOKS_AN_HOUR // 10)
    began = time.thread_time()
    look(LOOKS_AN_HOUR)
    return time.thread_time() - began


def measure(runs: int) -> report.Report:
    with tempfile.TemporaryDirectory() as place:
        full, empty = Path(place) / "full", Path(place) / "empty"
        make_files(full)
        for folder in ("train", "petals/cache", "wondercraft/scenes"):
            (empty / folder).mkdir(parents=True)
        hour = (hour_seconds(full) - hour_seconds(empty)) / 60
        finds: list[float] = []
        costs: list[float] = []
        with watching(full, [CHECKPOINTS, BLOCKS, SCENES]) as with_files, watching(empty, [0, 0, 0]) as without:
            time.sleep(SETTLE_SECONDS)
            for run in range(1, runs + 1):
                print(f"  minute {run} of {runs}", flush=True)
                before = cpu_seconds(with_files) - cpu_seconds(without)
                began = time.monotonic()
                finds.append(find_seconds(full))
                time.sleep(began + WINDOW_SECONDS - time.monotonic())
                costs.append(cpu_seconds(with_files) - cpu_seconds(without) - before)
    to_find = report.ratio(costs, finds)
    hour_to_find = report.ratio([hour] * runs, finds)
    return report.Report(
        name="artifacts",
        header=(f"{FILES:,} files, a minute", "CPU, ms", "to find"),
        rows=[
            (FIND, report.spread([value * 1000 for value in finds]), "1.00"),
            (APPLIANCE, report.spread([value * 1000 for value in costs]), f"{to_find:.2f}"),
            (AN_HOUR, f"{hour * 1000:.1f}", f"{hour_to_find:.2f}"),
        ],
        goals=[
            report.Goal(f"the appliance below one find a minute (it is {to_find:.2f} of it)", to_find < 1),
            report.Goal(f"its watchers, over an hour, too (they are {hour_to_find:.2f} of it)", hour_to_find < 1),
        ],
        notes=[
            f"{CHECKPOINTS:,} checkpoints, {BLOCKS:,} blocks and {SCENES:,} GLB scenes, 1,000 a folder; {RUNS:,} runs "
            "that have ended, each with its run.json and its rows; `find DIR -type f`.",
            f"The appliance: windows of {WINDOW_SECONDS} s, of two processes that run side by side.",
            "An hour: the looks of tinygrad, Petals, Wondercraft, training and live runs, run through in one go; what "
            "an empty directory costs is taken off.",
        ],
    )
