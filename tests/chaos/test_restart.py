"""2,000 subscribers over a restart: each is told when to come back, at spread moments, and misses nothing."""

import json
from pathlib import Path

import pytest

from tests.chaos.restart import Restart, busiest, restart

SUBSCRIBERS = 2000
SPEED = 10.0
BASE_MS, PER_SUBSCRIBER_MS = 1000, 5


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Restart:
    return restart(tmp_path_factory.mktemp("data"), SUBSCRIBERS, SPEED)


def test_all_hear_the_goodbye_and_go_on_where_they_were(restarted: Restart):
    assert restarted.clients_before == restarted.clients_after == SUBSCRIBERS
    for one in restarted.records:
        assert json.loads(one["bye"]) == {"reason": "shutdown"}
        # What was taken meanwhile, out of the journal, and the first sample of the new process; no gap. Who waits for
        # its turn hears that the stream lives, and all of them a new wait when their number has doubled.
        assert one["greeting"][:2] == ["retry", "hello"]
        assert {"message"} <= set(one["greeting"][2:]) <= {"message", "heartbeat", "retry"}
        assert one["gap"] == ""
        assert one["doubled"] == 0


def test_their_waits_are_spread_so_that_no_second_sees_a_fifth_of_them(restarted: Restart):
    waits = sorted(one["left_retry_ms"] for one in restarted.records)
    widest = BASE_MS + PER_SUBSCRIBER_MS * SUBSCRIBERS
    assert waits[0] >= BASE_MS
    assert waits[-1] <= widest
    assert busiest(waits, 1000) <= SUBSCRIBERS / 5
    # Uniform over all of the range: each tenth holds a tenth of them, give or take seven standard deviations.
    tenth = (widest - BASE_MS) / 10
    for number in range(10):
        low = BASE_MS + number * tenth
        assert 0.05 < sum(low <= wait < low + tenth for wait in waits) / SUBSCRIBERS < 0.15


def test_at_the_start_too_the_wait_is_drawn_for_as_many_as_there_are(restarted: Restart):
    greeted = [one["greeted_retry_ms"] for one in restarted.records]
    assert min(greeted) >= BASE_MS
    assert max(greeted) <= BASE_MS + PER_SUBSCRIBER_MS * SUBSCRIBERS
    # They came one after the other, so that the range grew under them: its mean is half of the last one's.
    mean = sum(greeted) / SUBSCRIBERS - BASE_MS
    assert 0.4 < mean / (PER_SUBSCRIBER_MS * SUBSCRIBERS / 4) < 1.6


def test_without_a_goodbye_too_no_second_sees_a_fifth_of_them(tmp_path: Path):
    killed = restart(tmp_path, SUBSCRIBERS, SPEED, is_killed=True)
    assert killed.clients_before == killed.clients_after == SUBSCRIBERS
    assert {one["bye"] for one in killed.records} == {""}
    waits = sorted(one["left_retry_ms"] for one in killed.records)
    assert waits[0] >= BASE_MS
    assert waits[-1] <= BASE_MS + PER_SUBSCRIBER_MS * (SUBSCRIBERS + 1)
    assert busiest(waits, 1000) <= SUBSCRIBERS / 5
    assert not any(one["doubled"] for one in killed.records)


def test_the_busiest_window_is_found():
    assert busiest([0, 1, 2, 10, 10.5, 10.9, 11, 30], 1) == 3
    assert busiest([5, 5, 5], 1) == 3
