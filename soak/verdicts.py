"""Verdicts on real causes, again and again: how often the right one is told, and how soon."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from statistics import median

from bench.report import Goal, Report
from tests.support.training import reads_disk
from tests.support.troubles import EXPECTED, MOST_SAMPLES, ON_DISK, WELL, Sample, Told, contradicted, trouble

ROUNDS = 10
LEAST_RIGHT = 0.9


def measure(rounds: int = ROUNDS) -> Report:
    right: Counter[str] = Counter()
    seconds: dict[str, list[float]] = defaultdict(list)
    against: list[Told] = []
    with tempfile.TemporaryDirectory() as folder:
        wanted = [name for name in EXPECTED if name not in ON_DISK or reads_disk(Path(folder))]
    for number in range(1, rounds + 1):
        with tempfile.TemporaryDirectory() as folder, trouble(Path(folder), (WELL, *wanted)) as scene:
            began = moment(scene.appliance.get("/metrics/json").json)
            scene.follow(lambda: all(EXPECTED[name] in scene.told_of(name) for name in wanted), MOST_SAMPLES)
            for name in wanted:
                told = scene.told_of(name)
                if is_right(name, told):
                    right[name] += 1
                    seconds[name].append(moment(told[EXPECTED[name]]) - began)
                else:
                    print(f"  round {number}, {name}: {sorted(told)}", flush=True)
            against += contradicted(scene.told_of(WELL))
            print(f"  round {number} of {rounds}: {sum(right.values())} right of {number * len(wanted)}", flush=True)
    rows = [
        (name, " ".join(EXPECTED[name]), f"{right[name]} of {rounds}", f"{median(seconds[name] or [0.0]):.0f} s")
        for name in wanted
    ]
    goals = [
        Goal(f"the right cause in at least 9 of 10 for each of {len(wanted)} troubles", enough(right, wanted, rounds)),
        Goal("of a training that is well none that pressure and steal contradict", not against),
    ]
    return Report("verdicts", ("trouble", "verdict", "right", "told after, median"), rows, goals)


def is_right(name: str, told: Mapping[Told, Sample]) -> bool:
    """It was told, and no stall with a cause that the kernel's own counts do not bear out."""
    others = {verdict: sample for verdict, sample in told.items() if verdict != EXPECTED[name]}
    return EXPECTED[name] in told and not [verdict for verdict in contradicted(others) if verdict[0] == "stalled"]


def enough(right: Mapping[str, int], wanted: list[str], rounds: int) -> bool:
    return all(right.get(name, 0) >= LEAST_RIGHT * rounds for name in wanted)


def moment(sample: Sample) -> float:
    return datetime.fromisoformat(sample["timestamp"]).timestamp()
