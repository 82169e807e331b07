"""Verdicts on real causes: trainings that are stopped, starved, held up by disk and network, and leak, all at once
beside one that is well, watched by the real process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.training import reads_disk
from tests.support.troubles import EXPECTED, ON_DISK, WELL, Scene, contradicted, trouble


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with trouble(tmp_path_factory.mktemp("troubles")) as scene:
        yield scene


@pytest.mark.parametrize("name", EXPECTED)
def test_each_trouble_is_told_with_its_cause(scene: Scene, name: str, tmp_path: Path):
    if name in ON_DISK and not reads_disk(tmp_path):
        pytest.skip("no file here can be read past the cache")
    assert scene.follow(lambda: EXPECTED[name] in scene.told_of(name)), scene.told_of(name).keys()
    # Beside its own trouble there may be those of a machine that others use too; no stall has another cause.
    others = {verdict: sample for verdict, sample in scene.told_of(name).items() if verdict != EXPECTED[name]}
    assert not [verdict for verdict in contradicted(others) if verdict[0] == "stalled"]


def test_of_the_one_that_is_well_nothing_is_told_that_pressure_and_steal_do_not_bear_out(scene: Scene):
    assert scene.follow(lambda: all(EXPECTED[name] in scene.told_of(name) for name in EXPECTED if name not in ON_DISK))
    assert contradicted(scene.told_of(WELL)) == []


def test_a_file_system_that_fills_up_is_told_with_the_time_that_it_lasts(scene: Scene):
    if scene.filling is None:
        pytest.skip("no file system can be mounted here")
    told_as = (str(scene.filling), "disk-full")
    assert scene.follow(lambda: told_as in scene.said)
    assert scene.said[told_as].startswith(f"{scene.filling} will be full in ")


def test_a_verdict_is_in_the_exposition_and_in_the_answer_with_its_evidence(scene: Scene):
    workload = scene.trainings["stopped"].workload
    assert scene.follow(lambda: EXPECTED["stopped"] in scene.told_of("stopped"))
    exposed = scene.appliance.get("/metrics").body.decode()
    assert (
        f'zeropoint_verdicts_active{{zeropoint_verdict="stalled",zeropoint_verdict_id="stalled {workload}"' in exposed
    )
    verdicts = scene.appliance.get("/api/v1/verdicts").json["verdicts"]
    (stalled,) = [one for one in verdicts if (one["workload"], one["name"]) == (workload, "stalled")]
    assert (stalled["cause"], stalled["ended"], stalled["active"]) == ("stopped", None, 1)
    assert any(f"ledger.workloads.{workload}.waits.stopped_count" in text for text in stalled["evidence"])


def test_a_trouble_that_ends_is_told_as_ended(scene: Scene):
    """The last one: it changes the scene."""
    workload = scene.trainings["cut-off"].workload
    scene.trainings["cut-off"].process.kill()

    def has_ended() -> bool:
        verdicts = scene.appliance.get("/api/v1/verdicts").json["verdicts"]
        return any(one["workload"] == workload and one["name"] == "stalled" and one["ended"] for one in verdicts)

    assert scene.follow(has_ended)
