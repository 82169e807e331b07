"""Statuses that say no more than artifacts and known processes tell."""

import pytest

from zeropoint.ai.processes import Life
from zeropoint.ai.runs import Run
from zeropoint.ai.status import Facts, Since, decide, window_seconds
from zeropoint.model import Status

NOW = 1_800_000_000.0


def facts(**known: object) -> Facts:
    given: dict[str, object] = {"found": True, "worked": None, "live": False, "looked_in": "train of /artifacts"}
    return Facts(**{**given, **known})  # type: ignore[arg-type]


def run(ended: float | None = None, exit_code: int | None = None, pid: int | None = 7) -> Run:
    return Run("r1", "tinygrad", "here", pid, NOW - 1000, ended, exit_code)


@pytest.mark.parametrize(
    ("age", "live", "status", "reason"),
    [
        (1, True, "running", None),
        (10, True, "running", None),
        (10.1, True, "idle", "a process of it lives, but has written nothing for 10 s and more"),
        (None, True, "idle", "a process of it lives, but has written nothing for 10 s and more"),
        (1, False, "unknown", "rows are fresh, but no process of it is known"),
        (10.1, False, "stopped", None),
        (None, False, "stopped", None),
    ],
)
def test_freshness_and_a_process(age: float | None, live: bool, status: Status, reason: str | None) -> None:
    assert decide(facts(worked=None if age is None else NOW - age, live=live), NOW) == (status, reason)


def test_where_rows_suffice_fresh_ones_are_running() -> None:
    assert decide(facts(worked=NOW - 1), NOW, rows_suffice=True) == ("running", None)
    assert decide(facts(worked=NOW - 11), NOW, rows_suffice=True) == ("stopped", None)


def test_nothing_at_all_is_absent_and_says_where_it_was_looked() -> None:
    assert decide(facts(found=False), NOW) == ("absent", "nothing of it in train of /artifacts")


def test_what_could_not_be_looked_at_is_unknown_not_absent() -> None:
    assert decide(facts(found=False, problem="train cannot be read"), NOW) == ("unknown", "train cannot be read")


@pytest.mark.parametrize(
    ("latest", "life", "status", "reason"),
    [
        (run(NOW - 50, 0), None, "stopped", None),
        (run(NOW - 50), None, "stopped", None),
        (run(NOW - 50, 3), None, "failed", "run r1 ended with exit code 3"),
        (run(NOW - 50, -9), None, "failed", "run r1 ended with exit code -9"),
        (run(), "gone", "failed", "process 7 of run r1 is gone and has written no end"),
        (run(), "unseen", "unknown", "run r1 has no end, and its process cannot be seen from this machine"),
        (run(pid=None), "unseen", "unknown", "run r1 has no end, and names no process"),
    ],
)
def test_the_latest_run(latest: Run, life: Life | None, status: Status, reason: str | None) -> None:
    assert decide(facts(latest=latest, latest_life=life, worked=NOW - 60), NOW) == (status, reason)


def test_fresh_work_outranks_a_run_that_failed_before() -> None:
    assert decide(facts(latest=run(NOW - 50, 3), worked=NOW - 1), NOW)[0] == "unknown"
    assert decide(facts(latest=run(NOW - 50, 3), worked=NOW - 1, live=True), NOW)[0] == "running"


def test_work_after_a_failed_run_has_stopped_and_not_failed() -> None:
    assert decide(facts(latest=run(NOW - 5000, 3), worked=NOW - 60), NOW) == ("stopped", None)


@pytest.mark.parametrize(
    ("step_seconds", "window"), [(None, 10.0), (0.01, 10.0), (3.0, 10.0), (60.0, 180.0), (1e300, 3600.0)]
)
def test_slow_steps_widen_the_window(step_seconds: float | None, window: float) -> None:
    assert window_seconds(step_seconds) == window


def test_since_moves_with_the_status_alone() -> None:
    since = Since()
    assert since.observe("stopped", NOW) == "2027-01-15T08:00:00.000Z"
    assert since.observe("stopped", NOW + 5) == "2027-01-15T08:00:00.000Z"
    assert since.observe("running", NOW + 6) == "2027-01-15T08:00:06.000Z"
