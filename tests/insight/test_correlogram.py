"""A pair as it is drawn."""

import numpy as np
import pytest

from bench import truths
from tests.insight.series import overlap as plain_overlap
from tests.insight.series import series
from zeropoint.insight.correlate import correlate
from zeropoint.insight.correlogram import Correlogram, correlogram
from zeropoint.insight.pair import Pair
from zeropoint.insight.series import Floats

START = 1.7e9


def drawn(*rows: Floats, rank: bool = True, longest: int = 60) -> tuple[Pair, Correlogram]:
    first, second = series(*rows, times=START + np.arange(len(rows[0])))
    (pair,) = correlate([first, second], longest, rank)
    found = correlogram(first, second, pair, longest, rank)
    assert found is not None
    return pair, found


@pytest.mark.parametrize("turned", [False, True])
def test_the_second_is_moved_back_by_the_lag(turned: bool):
    rows = truths.planted(np.random.default_rng(1))
    rows = rows[::-1] if turned else rows
    lag = -truths.LAG if turned else truths.LAG
    pair, found = drawn(*rows)
    assert pair.lag_seconds == lag
    first, second = plain_overlap(*rows, lag)
    assert found.first.tolist() == first.tolist()
    assert found.second.tolist() == second.tolist()
    assert found.times_seconds[0] == START + (truths.LAG if turned else 0)


@pytest.mark.parametrize("rank", [True, False])
@pytest.mark.parametrize("maker", [truths.planted, lambda random: truths.same_innovations(random, 1.0, 0.5)])
def test_what_was_compared_has_the_coefficient_that_is_told(rank: bool, maker: truths.Maker):
    rows = maker(np.random.default_rng(2))
    rows[0, 100:130] = np.nan
    pair, found = drawn(*rows, rank=rank)
    assert pair.verdict == "correlated"
    assert np.corrcoef(found.compared_first, found.compared_second)[0, 1] == pytest.approx(pair.coefficient, abs=1e-9)
    at = found.lags_seconds.tolist().index(pair.lag_seconds)
    assert found.coefficient[at] == pytest.approx(pair.coefficient, abs=1e-9)


def test_unrelated_series_stay_within_the_bound_as_often_as_it_says():
    """In 95 % of cases at any one lag; the bound rests on what autocorrelations say, which are estimates themselves."""
    outside = tried = 0
    for trial in range(200):
        _, found = drawn(*truths.autoregressive(np.random.default_rng([3, trial]), 0.8))
        outside += int((np.abs(found.coefficient) > found.bound).sum())
        tried += found.coefficient.size
    assert 0.02 < outside / tried < 0.07


def test_where_there_is_not_enough_data_the_lines_are_drawn_and_nothing_else():
    pair, found = drawn(np.arange(40.0), np.arange(40.0))
    assert (pair.verdict, len(found.first), len(found.second)) == ("not-enough-data", 40, 40)
    assert not found.lags_seconds.size and not found.compared_first.size and not found.bound.size


def test_series_without_times_share_no_grid():
    first, second = series(np.full(100, np.nan), np.arange(100.0))
    (pair,) = correlate([first, second])
    assert correlogram(first, second, pair, 60, True) is None
