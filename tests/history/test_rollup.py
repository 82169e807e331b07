import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zeropoint.history.rolling import Part, joined
from zeropoint.history.rollup import Rolled, overlay, roll, samples

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
VALUES = st.one_of(st.just(np.nan), st.integers(-(2**50), 2**50).map(float), st.floats(-1e9, 1e9))


def near(mean: np.ndarray, exact: np.ndarray, rolled: Rolled) -> None:
    """A mean is told to a thousandth of the spread."""
    known = rolled.count > 0
    assert np.array_equal(np.isnan(mean), ~known)
    slack = (rolled.max - rolled.min)[known] / 1000 + np.abs(exact[known]) * 1e-12
    assert (np.abs(mean[known] - exact[known]) <= slack).all()


@settings(deadline=None)
@given(
    arrays(np.float64, (3, 40), elements=VALUES),
    st.lists(st.integers(0, 20 * MINUTE_MS), min_size=40, max_size=40, unique=True).map(sorted),
)
def test_each_period_has_the_mean_least_and_most_of_its_values(values: np.ndarray, times: list[int]):
    rolled = roll(samples(np.array(times), values), MINUTE_MS)
    assert rolled.times_ms.tolist() == sorted({time - time % MINUTE_MS for time in times})
    exact = np.full(rolled.mean.shape, np.nan)
    for place, start in enumerate(rolled.times_ms.tolist()):
        for row in range(3):
            of_it = [
                value
                for time, value in zip(times, values[row].tolist(), strict=True)
                if start <= time < start + MINUTE_MS and not math.isnan(value)
            ]
            assert rolled.count[row, place] == len(of_it)
            if of_it:
                assert rolled.min[row, place] == min(of_it)
                assert rolled.max[row, place] == max(of_it)
                exact[row, place] = sum(value / len(of_it) for value in of_it)
            else:
                assert np.isnan([rolled.min[row, place], rolled.max[row, place]]).all()
    near(rolled.mean, exact, rolled)


@settings(deadline=None)
@given(arrays(np.float64, (2, 60), elements=VALUES))
def test_rolled_in_two_steps_it_is_what_it_is_in_one(values: np.ndarray):
    fine = samples(np.arange(60) * 10_000, values)
    once, twice = roll(fine, HOUR_MS), roll(roll(fine, MINUTE_MS), HOUR_MS)
    assert np.array_equal(once.count, twice.count)
    assert np.array_equal(once.min, twice.min, equal_nan=True)
    assert np.array_equal(once.max, twice.max, equal_nan=True)
    near(twice.mean, once.mean, Rolled(once.times_ms, once.mean, 2 * once.min, 2 * once.max, once.count))


def test_equal_values_have_themselves_as_mean():
    rolled = roll(samples(np.arange(3), np.full((1, 3), 0.1)), MINUTE_MS)
    assert [plane.tolist() for plane in rolled.planes] == [[[0.1]], [[0.1]], [[0.1]], [[3.0]]]


def test_nothing_rolled_is_nothing():
    empty = samples(np.zeros(0, np.int64), np.zeros((2, 0)))
    assert roll(empty, MINUTE_MS).mean.shape == (2, 0)
    assert overlay([empty, empty]).mean.shape == (2, 0)


def period(time_ms: int, value: float, count: float) -> Rolled:
    return Rolled(np.array([time_ms]), *(np.array([[number]]) for number in (value, value, value, count)))


def test_of_two_that_tell_of_one_period_the_one_of_more_values_stands():
    parts = [period(0, 1.0, 60), period(MINUTE_MS, 2.0, 5), period(0, 3.0, 20), period(MINUTE_MS, 4.0, 5)]
    both = overlay(parts)
    assert both.times_ms.tolist() == [0, MINUTE_MS]
    assert both.mean.tolist() == [[1.0, 4.0]]  # of equal ones the later


def test_blocks_of_one_minute_count_together_and_series_come_and_go():
    names, rolled = joined(
        [
            Part(("a", "b"), roll(samples(np.array([0, 1000]), np.array([[1.0, 2.0], [5.0, 5.0]])), MINUTE_MS)),
            Part(("", "a"), roll(samples(np.array([2000, MINUTE_MS]), np.array([[9.0, 9.0], [6.0, 7.0]])), MINUTE_MS)),
        ],
        [],
        MINUTE_MS,
    )
    assert names == ("a", "b")
    assert rolled.times_ms.tolist() == [0, MINUTE_MS]
    assert rolled.count.tolist() == [[3, 1], [2, 0]]
    assert rolled.mean.tolist()[0] == [3.0, 7.0]
    assert rolled.max[1, 0] == 5.0
    assert np.isnan(rolled.max[1, 1])


def test_what_was_rolled_before_stands_where_its_blocks_are_gone():
    earlier = Part(("a",), period(0, 1.0, 60))
    names, rolled = joined([Part(("a",), period(MINUTE_MS, 2.0, 30))], [earlier], MINUTE_MS)
    assert rolled.mean.tolist() == [[1.0, 2.0]]
    assert names == ("a",)
