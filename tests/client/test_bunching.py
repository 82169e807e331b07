"""Streams that something on the way holds back, as times of events; the cases are those of the client for pages."""

import pytest

from zeropoint.client.bunching import Arrival, Bunching, Verdict
from zeropoint.client.delay import DelayMeter

Times = list[tuple[float, float]]
"""Each [sent, received] in seconds."""


def verdicts(times: Times, interval: float = 1.0) -> list[Verdict]:
    bunching = Bunching()
    return [bunching.note(Arrival(*one), interval) for one in times]


def held(seconds: float, interval: float, hold: float) -> Times:
    """Events each `interval`, handed on by something that collects them for `hold` seconds."""
    times = []
    for index in range(int(seconds / interval)):
        sent = index * interval
        # Those of a bunch come within a few milliseconds.
        times.append((sent, (sent // hold + 1) * hold + (index % 100) * 0.001))
    return times


def live(*ways: float) -> Times:
    return [(second, second + way) for second, way in enumerate(ways)]


@pytest.mark.parametrize(("interval", "hold"), [(1, 3), (1, 4.5), (0.2, 2.5), (0.1, 4), (5, 15)])
def test_33_bunches_are_seen_in_the_third(interval: float, hold: float):
    times = held(4 * hold, interval, hold)
    told = verdicts(times, interval)
    assert times[told.index("bunched")][0] // hold == 2
    assert "timely" not in told


def test_33_wherever_the_servers_clock_stands():
    assert "bunched" in verdicts([(sent - 5, received) for sent, received in held(20, 1, 4)])


def test_33_bunches_in_two_pieces_are_seen():
    times = [(sent, received + 0.4 * (index % 6 >= 4)) for index, (sent, received) in enumerate(held(30, 1, 6))]
    assert "bunched" in verdicts(times)


def test_33_a_good_way_is_timely_after_four_intervals():
    assert verdicts(live(*[0.02] * 10)) == ["undecided"] * 4 + ["timely"] * 6


@pytest.mark.parametrize(
    "times",
    [
        live(*[1.0] * 30, *[8.0] * 30),
        live(*[0.1, 0.9, 0.2, 1.7, 0.8, 0.05, 1.2, 0.3] * 25),
        live(*[5.0 - second % 30 if second % 30 < 5 else 0.02 for second in range(90)]),
    ],
    ids=["longer", "jitter", "busy now and then"],
)
def test_33_what_is_late_but_not_collected_is_no_bunch(times: Times):
    assert "bunched" not in verdicts(times)


def test_33_what_bothers_nobody_is_no_bunch():
    assert "bunched" not in verdicts(held(60, 0.2, 1.6), 0.2)


def delays(ways: list[float], offset: float = 0.0) -> list[float]:
    """Of events that are sent each second, take `ways`, and carry times of a clock that is `offset` off."""
    meter = DelayMeter()
    return [round(meter.note(second + offset, second + way), 6) for second, way in enumerate(ways)]


@pytest.mark.parametrize("offset", [0.0, -86_400.0, 86_400.0])
def test_the_delay_is_told_over_the_quickest_event_whatever_the_clocks_say(offset: float):
    assert delays([0.040, 0.030, 0.035, 0.530], offset) == [0.0, 0.0, 0.005, 0.5]


def test_of_a_bunch_the_delay_is_that_of_the_slowest():
    meter = DelayMeter()
    meter.note(0.0, 0.02)
    assert [round(meter.note(sent, 4.02), 6) for sent in (1.0, 2.0, 3.0, 4.0)] == [3.0] * 4
    after = [round(meter.note(5.0 + second, 5.02 + second), 6) for second in range(12)]
    assert (after[0], after[-1]) == (3.0, 0.0)


def test_a_way_that_became_longer_for_good_is_usual_after_some_minutes():
    told = delays([0.02] * 10 + [1.02] * 600)
    assert (told[10], told[-1]) == (1.0, 0.0)
