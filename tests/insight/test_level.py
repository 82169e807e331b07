"""Levels of simulated series whose truth is known; the seeds are stated."""

import math

import numpy as np
import pytest

from bench import truths
from bench.correlate import most_by_chance
from zeropoint.insight.level import (
    Level,
    difference,
    log_ratio,
    mean_level,
    midmean_level,
    p_value,
    slow_movements,
    t_of,
)
from zeropoint.insight.series import Floats

TRIALS = 200
RATIO = 1.3
LEVELS = {"mean": mean_level, "midmean": midmean_level}


def series(phi: float, samples: int, *seed: int) -> Floats:
    """AR(1) with variance 1 around 10."""
    row = truths.autoregressive(np.random.default_rng(seed), phi, rows=1, samples=samples)[0]
    return 10 + row * math.sqrt(1 - phi**2)


def two(which: str, phi: float, samples: int, trial: int, ratio: float) -> tuple[Level | None, Level | None]:
    seed = (31, samples, round(100 * phi), trial)
    return LEVELS[which](series(phi, samples, *seed, 1)), LEVELS[which](ratio * series(phi, samples, *seed, 2))


@pytest.mark.parametrize("which", ["mean", "midmean"])
@pytest.mark.parametrize(("phi", "samples"), [(0.0, 60), (0.5, 300), (0.9, 1000), (0.95, 2000)])
def test_intervals_of_ratios_hold_the_true_one_in_95_percent(which: str, phi: float, samples: int):
    told, held = 0, 0
    for trial in range(TRIALS):
        a, b = two(which, phi, samples, trial, RATIO)
        ratio = None if a is None or b is None else log_ratio(a, b)
        if ratio is not None:
            low, high = ratio.interval
            told, held = told + 1, held + (low <= math.log(RATIO) <= high)
    assert told >= 0.8 * TRIALS
    assert told - held <= most_by_chance(told)


@pytest.mark.parametrize("which", ["mean", "midmean"])
@pytest.mark.parametrize(("phi", "samples"), [(0.0, 60), (0.5, 300), (0.9, 1000), (0.95, 2000), (0.9, 60), (0.95, 60)])
def test_of_equal_levels_few_are_told_to_differ(which: str, phi: float, samples: int):
    wrong = 0
    for trial in range(TRIALS):
        a, b = two(which, phi, samples, trial, 1.0)
        ratio = None if a is None or b is None else log_ratio(a, b)
        wrong += ratio is not None and p_value(ratio) <= 0.05
    assert wrong <= most_by_chance(TRIALS)


@pytest.mark.parametrize("n", [20, 97, 500])
def test_slow_movements_are_the_cosine_transforms_coefficients(n: int):
    values = series(0.5, n, 36)
    angles = np.outer(np.arange(1, 11), (np.arange(n) + 0.5) * math.pi / n)
    np.testing.assert_allclose(slow_movements(values, 10), math.sqrt(2 / n) * np.cos(angles) @ values, atol=1e-9)


def test_even_series_that_wander_are_seldom_told_to_differ():
    """From one place on. They have no level, and what is told of one is so wide that it mostly holds the other's."""
    wrong = 0
    for trial in range(TRIALS):
        walks = (
            truths.autoregressive(np.random.default_rng([32, trial, at]), 1.0, rows=1, samples=300)[0] for at in (1, 2)
        )
        a, b = (mean_level(walk - walk[0]) for walk in walks)
        assert a is not None and b is not None
        wrong += p_value(difference(a, b)) <= 0.05
    assert wrong <= 0.1 * TRIALS


def test_a_midmean_minds_no_outlier():
    values = series(0.3, 200, 33)
    spoilt = values.copy()
    spoilt[::40] = 1e9
    before, after = midmean_level(values), midmean_level(spoilt)
    assert before is not None and after is not None
    assert after.middle == pytest.approx(before.middle, rel=0.02)
    assert after.interval[1] < 11


def test_constants_are_known_exactly():
    a, b = mean_level(np.full(20, 64.0)), mean_level(np.full(20, 128.0))
    assert a is not None and b is not None
    ratio = log_ratio(a, b)
    assert ratio is not None
    assert [math.exp(end) for end in ratio.interval] == pytest.approx([2, 2])
    assert p_value(ratio) < 1e-9
    assert p_value(difference(a, a)) == 1.0


def test_what_is_too_short_or_may_be_zero_is_not_told():
    assert mean_level(np.arange(19.0)) is None
    assert midmean_level(np.empty(0)) is None
    a, b = mean_level(series(0.0, 100, 34) - 10), mean_level(series(0.0, 100, 35))
    assert a is not None and b is not None
    assert log_ratio(a, b) is None
    assert p_value(difference(a, b)) < 0.001


def test_the_interval_and_the_p_value_say_the_same():
    for trial in range(20):
        a, b = two("midmean", 0.5, 200, trial, 1.02)
        assert a is not None and b is not None
        apart = difference(a, b)
        low, high = apart.interval
        assert (low > 0 or high < 0) == (p_value(apart) < 0.05)


@pytest.mark.parametrize(("freedom", "expected"), [(4, 2.776), (8, 2.306), (30, 2.042), (1000, 1.962)])
def test_scores_of_few_movements_are_those_of_the_t_distribution(freedom: int, expected: float):
    assert t_of(1.959964, freedom) == pytest.approx(expected, rel=0.007)
