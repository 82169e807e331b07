"""Simulated series whose truth is known, with fewer trials than `python -m bench correlate` has; the seeds are its."""

from functools import lru_cache

import numpy as np
import pytest

from bench import truths
from bench.correlate import ALL, GOALS, PLANTED, called, found, most_by_chance, pair_of
from zeropoint.insight.correlate import correlate
from zeropoint.insight.pair import Pair

TRIALS = 60
NAMES = [name for name, _ in ALL]
KNOWN_TO_FAIL = {
    "spikes exactly every 60 s",
    "spikes exactly every 60 s, an hour",
    "spikes every 15 s, off by up to 1 s",
}


@lru_cache
def pairs(name: str, rank: bool = True, trials: int = TRIALS) -> list[Pair]:
    return [pair_of(NAMES.index(name), trial, rank) for trial in range(trials)]


def test_the_bound_is_that_of_the_binomial_distribution():
    # 5 % of 2,000 are 100, with a standard deviation of 9.7; 2.33 of these are 1 % away.
    assert most_by_chance(2000) == pytest.approx(100 + 2.33 * 9.75, abs=1)
    assert most_by_chance(1) == 1


@pytest.mark.parametrize("name", [name for name, _ in GOALS])
@pytest.mark.parametrize("rank", [True, False])
def test_of_independent_series_that_remember_few_are_called_correlated(name: str, rank: bool):
    assert called(pairs(name, rank, 200)) <= most_by_chance(200)


@pytest.mark.parametrize("name", [name for name, _ in truths.INDEPENDENT if name not in KNOWN_TO_FAIL])
def test_of_series_that_only_look_alike_few_are_called_correlated(name: str):
    assert called(pairs(name)) <= most_by_chance(TRIALS)


@pytest.mark.parametrize("name", [name for name, _ in PLANTED])
@pytest.mark.parametrize("rank", [True, False])
def test_a_planted_lag_is_found_within_one_step(name: str, rank: bool):
    assert found(pairs(name, rank)) >= 0.9 * TRIALS


# To each side, in standard errors: the search over 121 lags and two looks asks for 3.5, a rank coefficient for 4.0, and
# n_effective, which is that of unrelated series, makes them up to 1.6 times as long where the dependence is strong.
WIDEST = 6.5


@pytest.mark.parametrize("name", [name for name, _ in PLANTED])
@pytest.mark.parametrize("rank", [True, False])
def test_intervals_are_no_wider_than_the_search_asks(name: str, rank: bool):
    """Held against how far the coefficients of the trials lie apart, on Fisher's scale, where all are equally sure."""
    told = [pair for pair in pairs(name, rank) if pair.compared == "levels" and pair.lag_seconds == truths.LAG]
    numbers = [(pair.low, pair.coefficient, pair.high) for pair in told]
    low, middle, high = np.arctanh(np.array(numbers, dtype=np.float64)).T
    assert len(told) > TRIALS / 2
    assert 1.96 < np.median(high - low) / 2 / middle.std(ddof=1) <= WIDEST


def test_intervals_hold_the_true_coefficient():
    true = truths.planted_coefficient()
    told = pairs(PLANTED[0][0], False)
    held = [pair.low is not None and pair.high is not None and pair.low <= true <= pair.high for pair in told]
    assert sum(held) >= 0.95 * TRIALS


def test_of_a_family_of_independent_series_few_pairs_are_called_correlated():
    """At most about 5 % of families have any, so of ten some one or two."""
    wrong = 0
    for seed in range(10):
        rows = truths.autoregressive(np.random.default_rng([3, seed]), 0.9, rows=12)
        wrong += called(correlate(truths.as_series(rows)))
    assert wrong <= 3


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("white noise, coefficient 0.2", 0.7),
        ("AR(1), phi 0.9, innovations 0.25", 0.9),
        ("random walks, innovations 0.25", 0.9),
        ("slow movement beneath as much noise", 0.9),
        ("a dozen events, the same in both", 0.8),
    ],
)
def test_what_belongs_together_is_found(name: str, least: float):
    assert called(pairs(name)) >= least * TRIALS


def test_two_clocks_of_one_period_are_still_taken_for_correlated_at_times():
    """What the method can not tell, and docs/correlation.md says so. Who mends it changes both."""
    assert called(pairs("spikes exactly every 60 s, an hour", trials=30)) > most_by_chance(30)
