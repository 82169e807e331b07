"""What a number may be, by what was seen around its reading."""

from math import inf

import pytest

from zeropoint.verify.compare import Expected, Level
from zeropoint.verify.facts import Facts, Range
from zeropoint.verify.growth import Counter, Mean, Rate, Share
from zeropoint.verify.looks import Evidence, Log, Look, Seen, Span, seen
from zeropoint.verify.sources.uptime import UPTIME

# Readings at 1 and 11, each between two looks.
READINGS = (Span(1.0, 1.1), Span(11.0, 11.1))


def log(*facts: Facts) -> Log:
    """Looks right before and after each of READINGS."""
    times = (0.5, 1.2, 10.5, 11.2)
    return Log(UPTIME, [Look(at, at + 0.3, told) for at, told in zip(times, facts, strict=True)])


def evidence(**series: tuple[float | Range, ...]) -> Evidence:
    looks = [{name: values[place] for name, values in series.items()} for place in range(4)]
    return {name: found for name in series if (found := seen(log(*looks), name, READINGS))}


def test_a_level_lies_between_the_looks_and_no_further_beyond_than_it_has_moved():
    expected = Level(of="free", floor=5).expect(evidence(free=(100, 120, 110, 90)))
    assert expected == Expected(90, 110, 20)
    assert expected.holds(70) and expected.holds(130)
    assert not expected.holds(69) and not expected.holds(131)


def test_a_level_that_rests_has_its_floor_and_its_share():
    assert Level(of="free", floor=5, share=0.1).expect(evidence(free=(100, 100, 100, 100))) == Expected(100, 100, 10)
    assert Level(of="size", moves=False).expect(evidence(size=(1, 1, 8, 8))) == Expected(8, 8, 0)


def test_a_counter_lies_between_the_looks():
    expected = Counter(of="switches").expect(evidence(switches=(1, 2, 1000, 1010)))
    assert [expected.holds(value) for value in (999, 1000, 1010, 1011)] == [False, True, True, False]


def test_a_rate_follows_from_counters_and_the_probes_own_time():
    # From 10..20 at 1 s to 1000..1010 at 11 s: 980 to 1000 in 10 s.
    expected = Rate(of=("switches",)).expect(evidence(switches=(10, 20, 1000, 1010)))
    assert expected == Expected(98, 100, 0)


def test_a_rate_of_a_reading_whose_moment_is_not_exact_has_more_room():
    readings = (Span(1.0, 1.1, is_exact=False), Span(11.0, 11.1, is_exact=False))
    looks = log({"ticks": 0.0}, {"ticks": 0.0}, {"ticks": 10.0}, {"ticks": 10.0})
    found = seen(looks, "ticks", readings)
    assert found is not None
    expected = Rate(of=("ticks",)).expect({"ticks": found})
    assert expected is not None
    assert (expected.low, expected.high) == pytest.approx((10 / 10.1, 10 / 9.9))


def test_a_share_has_the_room_that_its_two_parts_leave():
    expected = Share(part=("busy",), rest=("idle",)).expect(evidence(busy=(0, 0, 3, 4), idle=(0, 1, 6, 6)))
    assert expected is not None
    # 3 to 4 busy, 5 to 6 idle.
    assert (expected.low, expected.high) == pytest.approx((100 * 3 / 9, 100 * 4 / 9))


def test_a_mean_of_events_that_may_have_been_one_less_has_a_wide_end():
    check = Mean(amount="milliseconds", count="reads")
    expected = check.expect(evidence(milliseconds=(0, 0, 30, 30), reads=(0, 1, 1, 3)))
    assert expected is not None
    assert (expected.low, expected.high) == (10, inf)
    assert check.expect(evidence(milliseconds=(0, 0, 0, 0), reads=(5, 5, 5, 5))) is None


def test_a_range_that_a_source_tells_counts_with_both_ends():
    assert Counter(of="up").expect(evidence(up=(Range(0, 1), Range(1, 2), Range(8, 9), Range(9, 10)))) == Expected(
        8, 10, 0
    )


def test_without_a_reading_before_there_is_no_rate():
    one: Seen | None = seen(log({"reads": 1}, {"reads": 1}, {"reads": 2}, {"reads": 2}), "reads", READINGS[:1])
    assert one is not None
    assert one.earlier is None
    assert Rate(of=("reads",)).expect({"reads": one}) is None


def test_a_reading_that_no_look_surrounds_says_nothing():
    looks = log({"reads": 1}, {"reads": 1}, {"reads": 2}, {"reads": 2})
    assert seen(looks, "reads", [Span(12.0, 12.1)]) is None
    assert seen(looks, "writes", READINGS) is None
    assert seen(looks, "reads", []) is None


def test_rounding_of_the_appliance_is_no_difference():
    assert Expected(1 / 3, 1 / 3, 0).holds(0.333333)
    assert not Expected(1 / 3, 1 / 3, 0).holds(0.33333)
