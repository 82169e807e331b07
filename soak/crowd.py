"""A full crowd for minutes: every event reaches every subscriber, and memory stands still."""

import json
import sys
import tempfile
import time
from pathlib import Path

from bench.processes import allow_descriptors, child
from bench.report import Goal, Report
from soak.memory import EVERY_SECONDS, mib, resident_bytes, third_and_last_quarter
from tests.chaos.serving import serving
from tests.support.process import Appliance

SUBSCRIBERS = 5000
MEASURED_SECONDS = 200.0
PATIENCE_SECONDS = 300.0
MOST_GROWTH_PERCENT = 2.0


def measure() -> Report:
    allow_descriptors(SUBSCRIBERS + 200)
    with (
        tempfile.TemporaryDirectory() as name,
        serving(Path(name), "--interval", "1") as started,
        child(sys.executable, "-m", "soak.listeners", started.port, SUBSCRIBERS) as listeners,
    ):
        if listeners.answer(PATIENCE_SECONDS) != "listening":
            raise ChildProcessError("the listeners do not listen")
        listeners.ask()
        first, readings = _server(started), []
        deadline = time.monotonic() + MEASURED_SECONDS
        while time.monotonic() < deadline:
            time.sleep(EVERY_SECONDS)
            readings.append(resident_bytes(started.process.pid) - _server(started)["replay_bytes"])
        last = _server(started)
        told = json.loads(listeners.ask())
    return _report(last, told, last["samples_total"] - first["samples_total"], readings)


def _server(appliance: Appliance) -> dict[str, int]:
    server: dict[str, int] = appliance.get("/metrics/json?sections=server").json["server"]
    return server


def _report(last: dict[str, int], told: dict[str, float], ticks: int, readings: list[int]) -> Report:
    third, fourth = third_and_last_quarter(readings)
    growth = 100 * (fourth / third - 1)
    rows = [
        ("Subscribers, one sample a second", f"{last['clients']:,}"),
        ("Samples that were taken", f"{ticks:,}"),
        ("Events that were read", f"{told['samples']:,}"),
        ("Tick to arrival: median, p99, ms", f"{told['p50_ms']:.0f}, {told['p99_ms']:.0f}"),
        ("Memory beside the samples kept: in the third quarter, in the last", f"{mib(third)}, {mib(fourth)}"),
    ]
    goals = [
        Goal("Samples that a subscriber missed: 0", told["skipped"] == 0),
        # Who is told between two samples has had one less than others.
        Goal("Every event is delivered", told["samples"] >= SUBSCRIBERS * (ticks - 1) and last["dropped_total"] == 0),
        Goal(
            f"Memory grows by at most {MOST_GROWTH_PERCENT:g}% from the third quarter to the last ({growth:.1f}%)",
            growth <= MOST_GROWTH_PERCENT,
        ),
    ]
    return Report("crowd", ("", "figure"), rows, goals)
