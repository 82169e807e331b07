"""slow-since and saturated."""

import random
import re
from collections.abc import Sequence
from typing import Annotated

import pytest

from tests.insight.verdicts.windows import RUN, ever, machine, program, row, run, sample, told
from zeropoint.insight.verdicts.saturated import is_saturated
from zeropoint.model import Component, Count, Real, Sample, metric

CHANGED_AT = 60


class Paced:
    """A training whose step takes so long before and after a moment, and what else its machine does then."""

    def __init__(self, before: float, after: float, noise: float = 0.1, at: int = CHANGED_AT) -> None:
        self._random = random.Random(11)  # noqa: S311 - a made series
        self._steps, self._second = 0.0, 0
        self._before, self._after, self._noise, self._at = before, after, noise, at

    def __call__(self, second: int) -> Sample:
        pace = self._before if second < self._at else self._after
        self._steps += 1 / (pace * (1 + self._random.gauss(0, self._noise)))
        rival = program("yes", cpu_percent=180.0 if self.rival and second >= self._at else 0.0)
        system = machine(psi_cpu=60.0 if self.rival and second >= self._at else 2.0)
        return sample(second, system=system, workloads=[row(), rival], runs=[run(round(self._steps))])

    rival = False


class Rivalled(Paced):
    rival = True


def test_a_step_time_that_changes_is_told_with_when_and_what_else_changed():
    (verdict,) = told(Rivalled(0.1, 0.2), CHANGED_AT + 40)
    assert (verdict.name, verdict.workload) == ("slow-since", RUN)
    assert verdict.cause in ("workload yes", "cpu")
    assert "12:00:5" < verdict.since[11:19] < "12:01:03"
    assert any("yes uses of a core 180 %, 0 % before" in text for text in verdict.evidence)
    assert any("PSI cpu 60 %, 2.0 % before" in text for text in verdict.evidence)


def test_the_cause_stays_when_the_moment_is_out_of_sight():
    verdicts = told(Rivalled(0.1, 0.2), CHANGED_AT + 180)
    assert [one.cause in ("workload yes", "cpu") for one in verdicts if one.name == "slow-since"] == [True]


def test_how_long_ago_it_was_is_told_anew_when_the_moment_is_out_of_sight():
    (verdict,) = told(Rivalled(0.1, 0.2), CHANGED_AT + 200)
    assert re.search(r"times as long for a step as [34] min ago: .+ before$", verdict.says)
    assert verdict.cause in ("workload yes", "cpu")
    assert any("yes uses of a core 180 %, 0 % before" in text for text in verdict.evidence)


def test_where_nothing_else_changed_no_cause_is_named():
    (verdict,) = told(Paced(0.1, 0.2), CHANGED_AT + 40)
    assert verdict.cause == "unknown"
    assert verdict.says.endswith("nothing else is seen to have changed then")


@pytest.mark.parametrize(
    ("before", "after", "noise"), [(0.1, 0.1, 0.3), (0.1, 0.115, 0.1), (0.2, 0.1, 0.1), (0.1, 0.1, 0.0)]
)
def test_steps_that_scatter_or_become_faster_are_not_told(before: float, after: float, noise: float):
    assert ever(Paced(before, after, noise), 200) == set()


def test_a_pause_in_a_steady_training_is_no_change_of_its_pace():
    class Pausing(Paced):
        def __call__(self, second: int) -> Sample:
            self._after = 1.0 if second < CHANGED_AT + 6 else self._before
            return super().__call__(second)

    assert ever(Pausing(0.1, 1.0), 200) == set()


def test_it_is_cleared_when_steps_are_fast_again():
    class Healing(Paced):
        def __call__(self, second: int) -> Sample:
            self._after = 0.2 if second < CHANGED_AT + 40 else 0.1
            return super().__call__(second)

    assert [one.name for one in told(Healing(0.1, 0.2), CHANGED_AT + 38)] == ["slow-since"]
    assert told(Healing(0.1, 0.2), CHANGED_AT + 100) == []


class Serving(Component, frozen=True, kw_only=True):
    requests_running: Annotated[Count, metric("x")] = None
    requests_waiting: Annotated[Count, metric("x")] = None
    kv_cache_usage_percent: Annotated[Real, metric("x")] = None


def serving(at: int, waiting: float, running: int = 4, cache: float = 40.0) -> Sample:
    report = Serving(
        status="running", requests_running=running, requests_waiting=round(waiting), kv_cache_usage_percent=cache
    )
    return sample(at, components={"vllm": report})


def test_a_queue_that_grows_is_told_and_what_is_full():
    for cache, cause in ((40.0, "capacity"), (99.0, "kv-cache")):
        (verdict,) = told(lambda at, cache=cache: serving(at, at / 3, cache=cache), 60)  # type: ignore[misc]
        assert (verdict.name, verdict.workload, verdict.cause) == ("saturated", "component:vllm", cause)


@pytest.mark.parametrize("waiting", [[0] * 60, [9 if at % 7 == 0 else 0 for at in range(60)], [3] * 60])
def test_a_queue_that_empties_again_or_is_short_is_not_told(waiting: Sequence[int]):
    assert ever(lambda at: serving(at, waiting[at], running=8), 60) == set()


def test_a_long_queue_that_stays_is_told_until_it_is_empty():
    assert is_saturated([20] * 30, [8] * 30, False)
    assert not is_saturated([20] * 5, [8] * 5, False)
    assert [one.name for one in told(lambda at: serving(at, 20 if at < 40 else 1), 50)] == ["saturated"]
    assert told(lambda at: serving(at, 20 if at < 40 else 0), 90) == []
