"""Trainings in trouble beside one that is well, all watched by the real process; and what must be told of each."""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.filling import filling
from tests.support.process import Appliance, running
from tests.support.training import Training, starving, training

WELL = "well"
# Verdicts by name and cause.
EXPECTED: Mapping[str, tuple[str, str]] = {
    "stopped": ("stalled", "stopped"),
    "starved": ("stalled", "cpu"),
    "cut-off": ("stalled", "network"),
    "fetching": ("input-bound", "network"),
    "leaking": ("memory-creep", "growth"),
    "seeking": ("stalled", "disk"),
    "loading": ("input-bound", "disk"),
}
ON_DISK = ("seeking", "loading")
ORDERS = {
    "cut-off": "network-stall",
    "fetching": "network",
    "leaking": "leak",
    "seeking": "disk-stall",
    "loading": "disk",
}
WARM_STEPS = 40
MOST_SAMPLES = 240
# A verdict on processors, disks or memory is borne out where the kernel counted at least so much waiting for them.
LEAST_PRESSURE_PERCENT = 10.0

Sample = dict[str, Any]
Told = tuple[str, str]


class Scene(NamedTuple):
    """`told` has each verdict that was told so far: of whom, and its name and cause, with the first sample that did;
    `said` has the first sentence of each subject and name. `filling` is a file system that fills up meanwhile, None
    where there can be none."""

    appliance: Appliance
    trainings: dict[str, Training]
    filling: Path | None
    told: dict[tuple[str, Told], Sample]
    said: dict[Told, str]

    def follow(self, until: Callable[[], bool], most: int = MOST_SAMPLES) -> bool:
        """Notes what sample after sample tells, each of them once, until it is so."""
        return follow(self.appliance, lambda sample: self._note(sample) or until(), most)

    def told_of(self, name: str) -> dict[Told, Sample]:
        workload = self.trainings[name].workload
        return {verdict: sample for (of, verdict), sample in self.told.items() if of == workload}

    def _note(self, sample: Sample) -> None:
        for one in sample["verdicts"]:
            self.told.setdefault((one["workload"], (one["name"], one["cause"])), sample)
            self.said.setdefault((one["subject"], one["name"]), one["says"])


def follow(appliance: Appliance, until: Callable[[Sample], bool], most: int = MOST_SAMPLES) -> bool:
    """Takes sample after sample until one fits."""
    newest = appliance.get("/metrics/json").json
    for _ in range(most):
        if until(newest):
            return True
        for sample in appliance.get(f"/metrics/json?since={newest['id']}&wait=30").json["samples"][:1]:
            newest = sample
    return False


@contextmanager
def trouble(folder: Path, names: tuple[str, ...] = (WELL, *EXPECTED)) -> Iterator[Scene]:
    """All of them have made some steps when their troubles begin."""
    artifacts = folder / "artifacts"
    with ExitStack() as stack:
        appliance = stack.enter_context(running(folder / "data", "--artifacts", str(artifacts)))
        trainings = {}
        for name in names:
            (folder / name).mkdir()
            trainings[name] = stack.enter_context(training(artifacts, name, folder / name))

        def all_warm(sample: Sample) -> bool:
            steps = [run["step"] or 0 for run in sample["ai"]["runs"] or []]
            return len(steps) == len(names) and min(steps) >= WARM_STEPS

        assert follow(appliance, all_warm), "they do not come to work"
        for name in names:
            if name in ORDERS:
                trainings[name].tell(ORDERS[name])
            elif name == "stopped":
                trainings[name].signal(signal.SIGSTOP)
            elif name == "starved":
                stack.enter_context(starving(trainings[name].process.pid))
        yield Scene(appliance, trainings, stack.enter_context(filling(folder / "filling")), {}, {})


def contradicted(told: Mapping[Told, Sample]) -> list[Told]:
    """Those verdicts that the pressure and steal of the sample which told them first do not bear out."""
    return [verdict for verdict, sample in told.items() if not is_borne_out(verdict, sample)]


def is_borne_out(verdict: Told, sample: Sample) -> bool:
    system = sample["system"]
    name, cause = verdict
    if cause == "disk":
        return avg10(system["disk"]) >= LEAST_PRESSURE_PERCENT
    if cause == "memory":
        return avg10(system["memory"]) >= LEAST_PRESSURE_PERCENT
    if name in ("contention", "slow-since") or cause == "cpu":
        return max(avg10(system["cpu"]), system["cpu"]["times_percent"]["steal"] or 0.0) >= LEAST_PRESSURE_PERCENT
    return False


def avg10(section: Mapping[str, Any]) -> float:
    """The kernel's average of the last 10 s; 0 where it tells none."""
    return float(((section["pressure"] or {}).get("some") or {}).get("avg10_percent") or 0.0)
