"""50 readers that stand still, beside 200 that read: what the others notice of them, and what becomes of them."""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bench.processes import Child, child
from bench.report import Goal, Report, spread
from soak.memory import mib, resident_bytes
from tests.chaos.serving import serving
from tests.support.process import Appliance
from tests.support.stream import Stream
from zeropoint.feed.broadcaster import STALL_SECONDS

STALLED, LISTENERS = 50, 200
RUNS = 3
SETTLE_SECONDS, MEASURED_SECONDS = 8.0, 15.0
"""The queues of the stalled are full after some five seconds, and they are cut off after thirty."""
MOST_BYTES_A_READER = 128 * 1024


class Run(NamedTuple):
    p50_ms: float
    p99_ms: float
    samples: int
    skipped: int
    grown_bytes: int


def measure() -> Report:
    alone, beside = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), "--interval", "0.1") as started,
        _listeners(started.port) as listeners,
    ):
        for run in range(1, RUNS + 1):
            print(f"  run {run} of {RUNS}", flush=True)
            alone.append(_measured(started, listeners))
            with ExitStack() as opened:
                before = resident_bytes(started.process.pid)
                for _ in range(STALLED):
                    opened.enter_context(Stream(started, slow=True))
                beside.append(_measured(started, listeners, before))
                if run == RUNS:
                    cut_off, last = _until_cut_off(started)
    return _report(alone, beside, cut_off, last)


@contextmanager
def _listeners(port: int) -> Iterator[Child]:
    with child(sys.executable, "-m", "soak.listeners", port, LISTENERS) as listeners:
        if listeners.answer() != "listening":
            raise ChildProcessError("the listeners do not listen")
        yield listeners


def _measured(appliance: Appliance, listeners: Child, before_bytes: int | None = None) -> Run:
    time.sleep(SETTLE_SECONDS)
    listeners.ask()
    time.sleep(MEASURED_SECONDS)
    told = json.loads(listeners.ask())
    after_bytes = resident_bytes(appliance.process.pid)
    grown = 0 if before_bytes is None else after_bytes - before_bytes
    return Run(told["p50_ms"], told["p99_ms"], told["samples"], told["skipped"], grown)


def _until_cut_off(appliance: Appliance) -> tuple[int, dict[str, Any]]:
    """How many were cut off for having stalled, as soon as only the listeners are left, and the newest sample then."""
    deadline = time.monotonic() + 2 * STALL_SECONDS
    while True:
        newest = appliance.get("/metrics/json?sections=server").json["server"]
        if newest["clients"] <= LISTENERS or time.monotonic() > deadline:
            return newest["stalled_total"], newest
        time.sleep(0.5)


def _report(alone: Sequence[Run], beside: Sequence[Run], cut_off: int, last: dict[str, Any]) -> Report:
    p99_alone, p99_beside = [run.p99_ms for run in alone], [run.p99_ms for run in beside]
    moved = statistics.median(p99_beside) - statistics.median(p99_alone)
    own_spread = max(p99_alone) - min(p99_alone)
    grown = max(run.grown_bytes for run in beside)
    skipped = sum(run.skipped for run in (*alone, *beside))
    rows = [
        ("Readers, ten samples a second", str(LISTENERS), f"{LISTENERS}, and {STALLED} stalled"),
        ("Samples that they read", *(f"{sum(run.samples for run in runs):,}" for runs in (alone, beside))),
        ("Tick to arrival, median, ms", *(spread([run.p50_ms for run in runs]) for runs in (alone, beside))),
        ("Tick to arrival, p99, ms", *(spread(values) for values in (p99_alone, p99_beside))),
        ("Memory that the stalled cost", "", mib(grown)),
        ("Frames that were dropped for them", "", f"{last['dropped_total']:,}"),
        (f"Cut off after {STALL_SECONDS:.0f} s without progress", "", str(cut_off)),
    ]
    goals = [
        Goal(
            f"Readers' p99 moves by no more than it spreads without the stalled ({own_spread:.1f} ms)",
            moved <= own_spread,
        ),
        Goal("Samples that a reader missed: 0", skipped == 0),
        Goal(
            f"The stalled cost at most {MOST_BYTES_A_READER // 1024} KiB each", grown <= STALLED * MOST_BYTES_A_READER
        ),
        Goal("All of the stalled are cut off", cut_off >= STALLED and last["clients"] == LISTENERS),
    ]
    return Report("stalled", ("", "alone", "beside the stalled"), rows, goals)
