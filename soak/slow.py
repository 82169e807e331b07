"""slowhttptest with 1,000 connections in each of its four ways, and how fast /health answers meanwhile."""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.processes import child
from bench.report import Goal, Report
from tests.chaos.descriptors import descriptors
from tests.chaos.serving import serving
from tests.security.test_slow import PATHS, SLOW_WAYS
from tests.support.process import Appliance

CONNECTIONS, A_SECOND = 1000, 200
LISTENERS = 10
ATTACK_SECONDS, ALONE_SECONDS, PAUSE_SECONDS = 30, 10.0, 0.02
MOST_TIMES = 5.0
# With more work than that beside it, of others, its figures are those of the others.
MOST_LOAD = 1.0
# Ways whose connections are open all at once. Ranges are not: each of them is answered whole and at once, and is over.
HELD = ("headers", "body", "read")
LATE_SECONDS = 10.0
# As they are by default; the tests' own appliance takes any number from one address.
DEFAULTS = ("--requests-per-second", "100", "--requests-burst", "1000", "--max-subscribers-per-client", "1000")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Asked(NamedTuple):
    """How long each answer of /health took, over a connection of its own, and how many never came."""

    milliseconds: list[float]
    failed: int

    def at(self, share: float) -> float:
        return sorted(self.milliseconds)[round((len(self.milliseconds) - 1) * share)]


class Outcome(NamedTuple):
    alone: Asked
    beside: Asked
    connected: int
    """The most connections that slowhttptest had at a time."""
    found_answering: bool


def measure() -> Report:
    outcomes, load = {}, os.getloadavg()[0]
    print(f"  load average {load:.1f}", flush=True)
    with (
        tempfile.TemporaryDirectory() as name,
        serving(Path(name), "--interval", "0.2", *DEFAULTS) as started,
        child(sys.executable, "-m", "soak.listeners", started.port, LISTENERS) as listeners,
    ):
        if listeners.answer() != "listening":
            raise ChildProcessError("the listeners do not listen")
        before = descriptors(started.process.pid)["socket"]
        for way in SLOW_WAYS:
            print(f"  {way}", flush=True)
            outcomes[way] = _outcome(started, way)
        told = json.loads(listeners.ask())
        left = _left(started, before)
    return _report(outcomes, told["samples"], told["skipped"], left, load)


def _outcome(appliance: Appliance, way: str) -> Outcome:
    alone = _ask(appliance, time.monotonic() + ALONE_SECONDS)
    url = f"http://localhost:{appliance.port}{PATHS.get(way, '/control/metrics')}"
    load = ("-c", str(CONNECTIONS), "-r", str(A_SECOND), "-l", str(ATTACK_SECONDS), "-p", "5", "-u", url)
    program = shutil.which("slowhttptest")
    if program is None:
        raise FileNotFoundError("slowhttptest is missing: apt-get install slowhttptest")
    command = [program, *SLOW_WAYS[way], *load]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as attack:  # noqa: S603 - all of it is ours
        beside = _ask(appliance, time.monotonic() + ATTACK_SECONDS)
        told, _ = attack.communicate(timeout=10 * ATTACK_SECONDS)
    told = COLOURS.sub("", told)
    connected = [int(count) for count in re.findall(r"connected:\s+(\d+)", told)]
    verdicts = set(re.findall(r"service available:\s+(YES|NO)", told))
    return Outcome(alone, beside, max(connected, default=0), verdicts == {"YES"})


def _ask(appliance: Appliance, until: float) -> Asked:
    milliseconds, failed = [], 0
    while time.monotonic() < until:
        began = time.perf_counter()
        connection = http.client.HTTPConnection(appliance.host, appliance.port, timeout=LATE_SECONDS)
        try:
            connection.request("GET", "/health")
            answer = connection.getresponse()
            answer.read()
            failed += answer.status != 200
        except OSError:
            failed += 1
        finally:
            connection.close()
        milliseconds.append((time.perf_counter() - began) * 1000)
        time.sleep(PAUSE_SECONDS)
    return Asked(milliseconds, failed)


def _left(appliance: Appliance, before: int) -> int:
    """Sockets of the attacks that it holds still, once it had the time to notice that they are gone."""
    deadline = time.monotonic() + 60
    while (left := descriptors(appliance.process.pid)["socket"] - before) > 0 and time.monotonic() < deadline:
        time.sleep(1.0)
    return left


def _report(outcomes: dict[str, Outcome], samples: int, skipped: int, left: int, load: float) -> Report:
    every = list(outcomes.values())
    alone = Asked([one for each in every for one in each.alone.milliseconds], sum(each.alone.failed for each in every))
    rows = [
        ("nothing", "", f"{len(alone.milliseconds):,}", f"{alone.at(0.5):.1f}", f"{alone.at(0.99):.1f}", ""),
        *(
            (
                f"slow {way}",
                f"{each.connected:,}",
                f"{len(each.beside.milliseconds):,}",
                f"{each.beside.at(0.5):.1f}",
                f"{each.beside.at(0.99):.1f}",
                f"{each.beside.at(0.99) / alone.at(0.99):.1f}",
            )
            for way, each in outcomes.items()
        ),
    ]
    worst = max(each.beside.at(0.99) for each in every) / alone.at(0.99)
    failed = alone.failed + sum(each.beside.failed for each in every)
    goals = [
        Goal(
            f"The machine had nothing else to do: a load average of at most {MOST_LOAD:g} ({load:.1f})",
            load <= MOST_LOAD,
        ),
        Goal(
            f"All {CONNECTIONS:,} are connected at once, but for ranges, each of which is answered whole and is over",
            all(outcomes[way].connected == CONNECTIONS for way in HELD),
        ),
        Goal("/health always answers", failed == 0),
        Goal(f"Its p99 is at most {MOST_TIMES:g} times the one beside nothing ({worst:.1f})", worst <= MOST_TIMES),
        Goal("slowhttptest finds the service available each second", all(each.found_answering for each in every)),
        Goal(f"{LISTENERS} streams beside it miss none of their {samples:,} samples", skipped == 0),
        Goal("Sockets of the attacks that are held afterwards: 0", left <= 0),
    ]
    header = ("beside", "connections at most", "asked", "median, ms", "p99, ms", "times the p99 beside nothing")
    return Report("slow", header, rows, goals)
