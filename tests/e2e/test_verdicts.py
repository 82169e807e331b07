"""Verdicts on real causes: trainings that are stopped, starved, held up by disk and network, and leak, all at once
beside one that is well, watched by the real process."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.process import Appliance, running
from tests.support.training import Training, reads_disk, starving, training

# What must be told of each, as name and cause.
EXPECTED = {
    "stopped": {("stalled", "stopped")},
    "starved": {("stalled", "cpu")},
    "cut-off": {("stalled", "network")},
    "fetching": {("input-bound", "network")},
    "leaking": {("memory-creep", "growth")},
    "seeking": {("stalled", "disk")},
    "loading": {("input-bound", "disk")},
}
ORDERS = {
    "cut-off": "network-stall",
    "fetching": "network",
    "leaking": "leak",
    "seeking": "disk-stall",
    "loading": "disk",
}
WARM_STEPS = 100
# The longest one needs a minute of growth; a busy machine may make fewer samples.
MOST_SAMPLES = 200


class Scene(NamedTuple):
    appliance: Appliance
    trainings: dict[str, Training]
    # Each verdict that was told so far: its workload, name and cause, and the sample that told it first.
    told: dict[tuple[str, str, str], dict[str, Any]]


def follow(appliance: Appliance, until: Callable[[dict[str, Any]], bool], most: int = MOST_SAMPLES) -> bool:
    """Takes sample after sample, each once, until one fits."""
    newest = appliance.get("/metrics/json").json
    for _ in range(most):
        if until(newest):
            return True
        answer = appliance.get(f"/metrics/json?since={newest['id']}&wait=30").json
        newest = answer["samples"][-1] if answer["samples"] else newest
    return False


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    artifacts, data = tmp_path_factory.mktemp("artifacts"), tmp_path_factory.mktemp("data")
    names = ["well", *EXPECTED]
    with ExitStack() as stack:
        appliance = stack.enter_context(running(data, "--artifacts", str(artifacts)))
        trainings = {
            name: stack.enter_context(training(artifacts, name, tmp_path_factory.mktemp(name))) for name in names
        }

        def all_warm(sample: dict[str, Any]) -> bool:
            steps = [run["step"] or 0 for run in sample["ai"]["runs"] or []]
            return len(steps) == len(names) and min(steps) >= WARM_STEPS

        assert follow(appliance, all_warm)
        for name, order in ORDERS.items():
            trainings[name].tell(order)
        trainings["stopped"].signal(signal.SIGSTOP)
        stack.enter_context(starving(trainings["starved"].process.pid))
        yield Scene(appliance, trainings, {})


def note(scene: Scene, sample: dict[str, Any]) -> None:
    for verdict in sample["verdicts"]:
        scene.told.setdefault((verdict["workload"], verdict["name"], verdict["cause"]), sample)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_trouble_is_told_with_its_cause(scene: Scene, name: str, tmp_path: Path):
    if name in ("seeking", "loading") and not reads_disk(tmp_path):
        pytest.skip("no file here can be read past the cache")
    workload = scene.trainings[name].workload
    wanted = {(workload, *verdict) for verdict in EXPECTED[name]}

    def is_told(sample: dict[str, Any]) -> bool:
        note(scene, sample)
        return wanted <= scene.told.keys()

    assert follow(scene.appliance, is_told), sorted(scene.told)
    # Nothing that stalls is said to stall for something else.
    stalls = {(verdict, cause) for of, verdict, cause in scene.told if of == workload and verdict == "stalled"}
    assert stalls <= EXPECTED[name]
