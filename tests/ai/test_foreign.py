"""Other distributions' components that do not keep what they promise: it costs them alone."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ai.test_ai_registry import install
from tests.support.process import running
from zeropoint.ai.foreign import Foreign
from zeropoint.model import Component
from zeropoint.probe import Absent, Probe, Reading, Roots


class Plain(Probe):
    name = "plain"
    section = "ai.components.plain"
    report = Component

    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answer = answer

    def read(self, roots: Roots, now: float) -> Any:
        return self._answer()


def read(answer: Callable[[], Any]) -> Reading | Absent:
    return Foreign(Plain(answer)).read(Roots(), 1.0)


def leave() -> None:
    raise SystemExit("token=s3cret\n" + "x" * 1000)


def test_what_is_declared_passes_and_absent_stays_absent() -> None:
    reading = read(lambda: Reading(Component(status="idle", pids=[1])))
    assert isinstance(reading, Reading)
    assert reading.report == Component(status="idle", pids=[1])
    assert read(lambda: Absent("no\nluck")) == Absent("no\ufffdluck")


@pytest.mark.parametrize(
    "answer",
    [
        lambda: None,
        lambda: Reading([Component(status="idle")]),
        lambda: Reading(Component(status="busy")),  # type: ignore[arg-type]
        lambda: Reading(Component(status="idle", pids=["one"])),  # type: ignore[list-item]
        lambda: Reading(Component(status="idle", since=3)),  # type: ignore[arg-type]
        lambda: Reading(Component(status="idle"), {"since": 3}),  # type: ignore[dict-item]
    ],
)
def test_an_answer_that_is_not_what_is_declared_fails(answer: Callable[[], Any]) -> None:
    with pytest.raises(TypeError):
        read(answer)


def test_whatever_it_raises_is_one_clean_line_of_bounded_length() -> None:
    with pytest.raises(RuntimeError) as failed:
        read(leave)
    assert "\n" not in str(failed.value)
    assert len(str(failed.value)) <= 200


def test_declarations_that_make_no_sense_are_refused() -> None:
    for changed in ({"report": int}, {"period_seconds": float("nan")}, {"limit_seconds": "1"}):
        probe = type("Changed", (Plain,), changed)(lambda: None)
        with pytest.raises(TypeError):
            Foreign(probe)


HOSTILE = """
import os, time
from typing import Annotated
from zeropoint.model import Component, Real, metric
from zeropoint.probe import Probe, Reading

class Report(Component, frozen=True, kw_only=True):
    loss: Annotated[Real, metric("Loss")] = None

class Hostile(Probe):
    report = Report
    def __init__(self, artifacts):
        self.name = type(self).__name__.lower()
        self.section = f"ai.components.{self.name}"

class Hangs(Hostile):
    limit_seconds = 0.5
    def read(self, roots, now):
        time.sleep(1000)

class Lies(Hostile):
    def read(self, roots, now):
        return Reading(Report(status="idle", loss="a text"))

class Exits(Hostile):
    def read(self, roots, now):
        raise SystemExit(3)
"""


def test_the_appliance_goes_on_whatever_they_do(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    path = os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH"))))
    install(site, "hostile", HOSTILE, {name: f"hostile:{name.title()}" for name in ("hangs", "lies", "exits")})
    with running(tmp_path / "data", "--artifacts", str(tmp_path), PYTHONPATH=path) as appliance:
        deadline = time.monotonic() + 60
        wanted = {"hangs": "hanging", "lies": "failed", "exits": "failed"}
        while True:
            collectors = appliance.get("/metrics/json").json["server"]["collectors"]
            states = {name: collectors[name]["status"] for name in wanted}
            if states == wanted:
                break
            assert time.monotonic() < deadline, states
        assert "its report is not what it declares" in collectors["lies"]["reason"]
        assert collectors["exits"]["reason"].endswith("SystemExit: 3")
        assert appliance.get("/metrics").status == 200
        assert appliance.stop() == 0
