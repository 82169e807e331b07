"""What outlives a restart, and what happens when the disk, the queue or a rule does not do as it should."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.alerts.readings import CPU, at, rules
from tests.alerts.test_delivery import wait_for
from zeropoint.alerts.alerts import Alerts
from zeropoint.alerts.channel import Channel, Target
from zeropoint.alerts.engine import Engine
from zeropoint.alerts.inbox import CAPACITY, Inbox
from zeropoint.alerts.kept import Kept
from zeropoint.alerts.state_file import FILE, State, StateFile, load
from zeropoint.model import AlertEvent

BUSY = {"name": "busy", "metric": CPU, "above": 90, "notify": "log"}


def event(id: int = 1) -> AlertEvent:
    return AlertEvent(
        id=id,
        time="2026-11-24T09:50:48.000Z",
        kind="fired",
        name="busy",
        severity="warning",
        subject=CPU,
        since="2026-11-24T09:50:48.000Z",
        value=95.0,
        level="above 90",
        for_seconds=0.0,
        says="it is busy",
        evidence=[],
    )


def alerts_of(data: Path, claim: Callable[[], None] = lambda: None, script: str = "exit 0") -> Alerts:
    target = Target(channel="log", kind="command", command=("/bin/sh", "-c", script))
    return Alerts(rules(BUSY, channels=["log"]), [Channel("log", (target,))], data, claim)


def test_a_state_comes_back_as_it_was_written(tmp_path: Path):
    file = tmp_path / FILE
    written = StateFile(file, lambda: None)
    written.start()
    state = State(firing=[Kept("busy", CPU, event(), "2026-11-24T09:50:48.000Z")], events=[event()])
    written.put(state)
    written.stop(60)
    assert load(file) == state and file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b'{"events": [3]}', b'{"version": 2}', b'{"x":' + b"[" * 100_000]
)
def test_a_damaged_state_begins_anew(tmp_path: Path, content: bytes):
    (tmp_path / FILE).write_bytes(content)
    assert load(tmp_path / FILE) == State()


@pytest.mark.parametrize("told", ["2026-11-24T09:50:48.00pZ", "2026-11-24T09:50:48", "", "0001-01-01T00:00:00Z"])
def test_what_is_no_time_in_the_state_costs_no_rule(tmp_path: Path, told: str):
    """JSON of the right form, as one damaged byte leaves it."""
    other = msgspec.structs.replace(event(), subject="gone")
    state = State(firing=[Kept("busy", CPU, event(), told), Kept("busy", "gone", other, "2026-11-24T09:50:48.000Z")])
    (tmp_path / FILE).write_bytes(msgspec.json.encode(state))
    alerts = alerts_of(tmp_path)
    alerts.start()
    alerts.put(at(0, 95))
    wait_for(alerts.firing)
    assert alerts.failures() == []
    assert {one.subject for one in alerts.firing()} == {CPU, "gone"}
    alerts.put(at(1, 5))
    wait_for(lambda: [one.kind for one in alerts.events()] == ["cleared"])
    alerts.stop()


def test_whichever_bit_of_the_state_is_damaged_the_rules_go_on(tmp_path: Path):
    table = {**BUSY, "repeat": 60}
    file = tmp_path / FILE
    written = State(firing=[Kept("busy", CPU, event(), "2026-11-24T09:50:48.000Z")], events=[event()])
    content = msgspec.json.encode(written)
    loaded = 0
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        file.write_bytes(damaged)
        state = load(file)
        loaded += bool(state.firing)
        engine = Engine(rules(table, channels=["log"]), state.firing, next_id=2)
        for second in range(3):
            engine.look(at(second, 95))
        assert set(engine.courses["busy"]) >= {CPU}
        msgspec.json.encode(State(firing=engine.kept()))
    assert 0 < loaded < len(content)


def test_what_cannot_be_written_is_told_until_it_can(tmp_path: Path):
    places = [tmp_path / "none" / FILE, tmp_path / FILE]
    refused, taken = (StateFile(place, lambda: None) for place in places)
    for state_file in (refused, taken):
        state_file.start()
        state_file.put(State())
        state_file.stop(60)
    assert refused.failure == "alerts: alerts.json cannot be written: No such file or directory"
    assert taken.failure is None


def test_nothing_is_written_where_the_data_directory_is_not_ours(tmp_path: Path):
    def claim() -> None:
        raise BlockingIOError(11, os.strerror(11))

    alerts = alerts_of(tmp_path, claim)
    alerts.start()
    alerts.put(at(0, 95))
    wait_for(alerts.failures)
    assert alerts.failures() == ["alerts: alerts.json cannot be written: Resource temporarily unavailable"]
    wait_for(lambda: alerts.report().delivered_total == 1)  # it is told all the same
    alerts.stop()
    assert list(tmp_path.iterdir()) == []


def test_a_full_inbox_loses_the_oldest_and_counts_them():
    inbox = Inbox()
    for second in range(CAPACITY + 2):
        inbox.put(at(second))
    first = inbox.take()
    assert (inbox.missed_total, first and first.id) == (2, "e1-3")
    inbox.close()
    assert inbox.take() is None


def test_a_sample_that_cannot_be_looked_at_costs_no_other(tmp_path: Path):
    alerts = alerts_of(tmp_path)
    alerts.start()
    alerts.put(msgspec.structs.replace(at(0, 95), timestamp="no time"))
    wait_for(alerts.failures)
    assert alerts.failures() == ["alerts: the rules could not be looked at; the log says why"]
    alerts.put(at(1, 95))
    wait_for(alerts.firing)
    alerts.stop()
    assert alerts.failures() == []
    assert [(one.name, one.subject) for one in alerts.firing()] == [("busy", CPU)]


def test_what_is_wrong_with_a_target_is_a_failure(tmp_path: Path):
    alerts = alerts_of(tmp_path, script="exit 1")
    alerts.start()
    alerts.put(at(0, 95))
    wait_for(lambda: alerts.events() and alerts.events()[0].notices[0].attempts)
    assert alerts.failures() == [], "one try that fails is repaired by the next"
    assert (alerts.report().firing, alerts.report().waiting_notices) == (1, 1)
    alerts.stop()
