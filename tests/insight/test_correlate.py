"""Pairs of series end to end: what is told of them, and what must not change it."""

import numpy as np
import pytest

from bench import truths
from tests.insight.series import only_pair, series
from zeropoint.insight.correlate import correlate
from zeropoint.insight.pair import Pair

RANDOM_SEED = 11


def random() -> np.random.Generator:
    return np.random.default_rng(RANDOM_SEED)


def told(pair: Pair) -> tuple[float | None, ...]:
    return (pair.lag_seconds, pair.coefficient, pair.low, pair.high, pair.n_effective, pair.p_value)


def test_at_a_positive_lag_the_second_follows_the_first():
    rows = truths.planted(random())
    pair = only_pair(*rows)
    assert (pair.a, pair.b, pair.lag_seconds, pair.verdict, pair.compared) == ("a", "b", 7, "correlated", "levels")
    assert pair.low is not None and pair.high is not None and pair.n_effective is not None
    assert pair.low < truths.planted_coefficient() < pair.high
    assert pair.n == 600 and 60 < pair.n_effective < 300


@pytest.mark.parametrize("rank", [True, False])
def test_who_is_named_first_turns_the_lag_around_and_nothing_else(rank: bool):
    rows = truths.planted(random())
    one, other = only_pair(*rows, rank=rank), only_pair(*rows[::-1], rank=rank)
    assert told(other)[0] == -7
    assert told(other)[1:] == pytest.approx(told(one)[1:], rel=1e-5)


def test_units_and_where_zero_is_do_not_matter():
    rows = truths.planted(random())
    scaled = rows * np.array([[1e9], [1e-9]]) + np.array([[5e11], [-3.0]])
    for rank in (True, False):
        assert told(only_pair(*scaled, rank=rank)) == pytest.approx(told(only_pair(*rows, rank=rank)), rel=1e-5)


def test_a_rank_does_not_care_for_the_scale_and_an_outlier_is_one_rank():
    rows = truths.planted(random())
    assert told(only_pair(np.exp(rows[0]), rows[1] ** 3)) == pytest.approx(told(only_pair(*rows)))
    rows[0, 300], rows[1, 100] = 1e9, -1e9
    assert only_pair(*rows).lag_seconds == 7
    assert only_pair(*rows, rank=False).verdict == "none"


def test_series_that_go_opposite_ways_have_a_negative_coefficient():
    rows = truths.planted(random())
    pair = only_pair(rows[0], -rows[1])
    assert pair.verdict == "correlated" and pair.coefficient is not None and pair.coefficient < -0.5


def test_jitter_holes_and_a_restart_leave_the_lag_where_it_is():
    dice = random()
    rows = truths.planted(dice)
    times = np.arange(600.0) + dice.uniform(-0.3, 0.3, 600)
    times[300:] += 20.5
    rows[dice.random(rows.shape) < 0.2] = np.nan
    pair = only_pair(*rows, times=times)
    assert pair.lag_seconds == pytest.approx(7, abs=0.01)
    assert pair.n == np.isfinite(rows).all(axis=0).sum()


def test_nothing_is_compared_over_a_gap():
    """The second repeats the first seven samples later, but all that would show it lies beyond a gap of an hour."""
    rows = truths.white(random())
    rows[1, 300:] = rows[0, :300]
    contiguous = only_pair(*rows, longest_lag=300)
    assert (contiguous.lag_seconds, contiguous.verdict) == (300, "correlated")
    apart = np.arange(600.0)
    apart[300:] += 3600
    assert only_pair(*rows, times=apart, longest_lag=300).verdict == "none"


def test_a_series_that_is_read_every_fifth_second_is_compared_in_its_own_pace():
    rows = truths.planted(random(), samples=3000)
    rows[1, np.arange(3000) % 5 != 2] = np.nan
    pair = only_pair(*rows)
    assert pair.verdict == "correlated" and pair.n == 600
    assert pair.lag_seconds in (5, 10)


def test_random_walks_that_share_their_steps_are_told_by_their_changes():
    pair = only_pair(*truths.same_innovations(random(), phi=1.0, strength=0.4))
    assert (pair.verdict, pair.compared, pair.lag_seconds) == ("correlated", "changes", 0)
    assert pair.low is not None and pair.high is not None and pair.low < 0.4 < pair.high


def test_a_monotonous_counter_is_told_by_its_changes():
    """The ranks of a counter are a straight line, of which nothing is left."""
    dice = random()
    pair = only_pair(np.cumsum(dice.random(600)), dice.standard_normal(600))
    assert (pair.verdict, pair.compared) == ("none", "changes")


@pytest.mark.parametrize(
    ("samples", "verdict"), [(0, "not-enough-data"), (1, "not-enough-data"), (59, "not-enough-data"), (60, "none")]
)
def test_fewer_than_sixty_common_samples_are_not_enough(samples: int, verdict: str):
    rows = truths.white(random())
    # Common ones alone count: each has many more of its own.
    rows[0, :300], rows[1, 300 + samples :] = np.nan, np.nan
    pair = only_pair(*rows)
    assert (pair.verdict, pair.n) == (verdict, samples)
    assert (pair.coefficient is None) == (pair.q_value is None) == (verdict == "not-enough-data")


@pytest.mark.parametrize("rank", [True, False])
def test_a_constant_is_not_enough_also_where_it_varies_beside_the_common_samples_alone(rank: bool):
    rows = truths.white(random())
    assert only_pair(rows[0], np.full(600, 5.0), rank=rank).verdict == "not-enough-data"
    rows[0, :400] = 2.0
    rows[1, 400:] = np.nan
    pair = only_pair(*rows, rank=rank)
    assert (pair.verdict, pair.n) == ("not-enough-data", 400)


def test_a_lag_is_looked_at_where_it_leaves_sixty_samples():
    rows = truths.planted(random(), samples=66)
    pair = only_pair(*rows)
    assert pair.lag_seconds is not None and abs(pair.lag_seconds) <= 6


def test_a_longer_search_costs_more():
    rows = truths.planted(random())
    p_values = [only_pair(*rows, longest_lag=lag).p_value for lag in (7, 60, 200)]
    assert p_values == sorted(p_values, key=float) and p_values[0] != p_values[-1]  # type: ignore[arg-type]
    assert only_pair(*rows, longest_lag=3).lag_seconds in (-3, -2, -1, 0, 1, 2, 3)


def test_one_coincidence_is_no_evidence_and_a_dozen_are():
    for count, verdict in ((1, "none"), (2, "none"), (12, "correlated")):
        events = np.zeros(603)
        events[random().choice(600, count, replace=False)] = 1.0
        assert only_pair(events[3:], events[:-3], rank=False).verdict == verdict


def test_every_pair_is_told_once_in_the_order_of_the_series():
    rows = [*truths.planted(random()), np.full(600, 1.0)]
    assert [(pair.a, pair.b) for pair in correlate(series(*rows))] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert correlate(series(rows[0])) == []


def test_q_values_count_the_pairs_that_could_be_compared():
    rows = [*truths.planted(random()), *truths.white(random()), np.full(600, 1.0)]
    pairs = [pair for pair in correlate(series(*rows)) if pair.p_value is not None]
    assert len(pairs) == 6
    smallest = min(pair.p_value for pair in pairs if pair.p_value is not None)
    (found,) = [pair for pair in pairs if pair.verdict == "correlated"]
    assert found.q_value == pytest.approx(6 * smallest)


def test_where_more_pairs_are_compared_than_are_held_at_a_time_nothing_changes():
    rows = truths.autoregressive(random(), 0.5, rows=24, samples=300)
    together = correlate(series(*rows), 4000)
    assert [pair.n for pair in together] == [300] * 276
    assert told(together[-1])[:2] == told(only_pair(rows[22], rows[23], longest_lag=4000))[:2]


def test_pairs_within_a_group_are_left_out_and_cost_the_others_nothing():
    rows = [*truths.planted(random()), *truths.autoregressive(random(), 0.9)]
    told = correlate(series(*rows), groups=("work", "machine", "machine", "machine"))
    assert [(pair.a, pair.b) for pair in told] == [("a", "b"), ("a", "c"), ("a", "d")]
    among_all = {(pair.a, pair.b): pair for pair in correlate(series(*rows))}
    for pair in told:
        assert pair.p_value == among_all[pair.a, pair.b].p_value
    assert told[0].q_value == pytest.approx(3 * (told[0].p_value or 0))
