"""The parts of the statistics, each against a closed form, a slow and plain computation, or a simulation."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from bench import truths
from tests.insight.series import overlap
from zeropoint.insight.align import Grid
from zeropoint.insight.autocorrelation import memory
from zeropoint.insight.false_discovery import q_values
from zeropoint.insight.interval import interval
from zeropoint.insight.lag_search import chance_of_largest, critical_score, score
from zeropoint.insight.lagged import LagSums
from zeropoint.insight.looks import Look, changes, levels
from zeropoint.insight.normal import joint_upper_tail, upper_tail
from zeropoint.insight.ranks import midranks
from zeropoint.insight.rival import strongest_elsewhere
from zeropoint.insight.series import Floats
from zeropoint.insight.spectra import fast_length

ZERO, ONE = np.array([0]), np.array([1])


def grid_of(rows: Floats) -> Grid:
    return Grid(1.0, rows, np.arange(rows.shape[1], dtype=np.float64), (0, 1), frozenset({0, 1}))


def with_holes(seed: int) -> Floats:
    return truths.holes(np.random.default_rng(seed))


def test_ties_share_the_mean_of_their_ranks_and_holes_stay():
    values = np.array([[3.0, np.nan, 1.0, 3.0, 2.0, 3.0], [5.0, 5.0, 5.0, 5.0, 5.0, 5.0]])
    expected = [[4.0, np.nan, 1.0, 4.0, 2.0, 4.0], [3.5] * 6]
    np.testing.assert_array_equal(midranks(values), expected)


@pytest.mark.parametrize("look_at", [levels, changes])
@pytest.mark.parametrize("lag", [-60, -7, 0, 1, 60])
def test_a_coefficient_is_pearsons_of_the_cells_that_both_have(look_at: Callable[[Grid, bool], Look], lag: int):
    look = look_at(grid_of(with_holes(1)), True)
    cells = np.where(look.known > 0, look.values, np.nan)
    first, second = overlap(cells[0], cells[1], lag)
    found = LagSums(look, 60).of(ZERO, ONE)
    assert found.samples[0, 60 + lag] == len(first)
    assert found.coefficient[0, 60 + lag] == pytest.approx(np.corrcoef(first, second)[0, 1], abs=1e-9)
    squares = (first**2, second**2)
    joint = (squares[0] * squares[1]).mean() / (squares[0].mean() * squares[1].mean())
    assert found.joint[0, 60 + lag] == pytest.approx(joint, rel=1e-5)


def test_a_straight_line_is_taken_off_and_nothing_is_left_of_one():
    rows = np.stack([1e12 + 3.0 * np.arange(600), truths.white(np.random.default_rng(1))[0] + 50 * np.arange(600)])
    look = levels(grid_of(rows), rank=False)
    assert not look.values[0].any()
    assert np.polyfit(np.arange(600), look.values[1], 1) == pytest.approx([0, 0], abs=1e-9)
    assert (look.values[1] ** 2).mean() == pytest.approx(1)


def test_there_is_no_change_beside_a_hole():
    look = changes(grid_of(np.array([[1.0, 2.0, np.nan, 4.0, 6.0], [1.0, 2.0, 3.0, 4.0, 5.0]])), rank=False)
    assert look.known.tolist() == [[0, 1, 0, 0, 1], [0, 1, 1, 1, 1]]


@pytest.mark.parametrize(("phi", "other_phi"), [(0.5, 0.5), (0.9, 0.9), (0.9, 0.5), (0.9, 0.0)])
def test_samples_are_worth_what_bartlett_says(phi: float, other_phi: float):
    told = []
    for seed in range(40):
        random = np.random.default_rng([1, seed])
        rows = [truths.autoregressive(random, one, rows=1, samples=1800)[0] for one in (phi, other_phi)]
        told.append(memory(levels(grid_of(np.stack(rows)), rank=False)).inflation[0, 1])
    # The sum over all k of phi^|k| other_phi^|k|.
    assert np.mean(told) == pytest.approx((1 + phi * other_phi) / (1 - phi * other_phi), rel=0.07)


def test_the_memory_that_a_line_takes_with_it_is_put_back():
    """A random walk's n is worth the same few samples however long it is; uncorrected it would pass for more."""
    worth = []
    for seed in range(100):
        rows = truths.autoregressive(np.random.default_rng([2, seed]), 1.0)
        worth.append(600 / memory(levels(grid_of(rows), rank=False)).inflation[0, 1])
    assert np.median(worth) < 17
    assert np.mean(np.array(worth) >= 20) < 0.2


def test_holes_keep_memory_apart():
    """Of samples that lie far apart, neighbours remember less of one another."""
    rows = truths.autoregressive(np.random.default_rng(3), 0.9, samples=3600)
    whole = memory(levels(grid_of(rows), rank=False)).inflation[0, 1]
    rows[:, np.random.default_rng(4).random(3600) < 0.7] = np.nan
    sparse = memory(levels(grid_of(rows), rank=False)).inflation[0, 1]
    assert sparse == pytest.approx(1 + 0.3 * (whole - 1), rel=0.25)


@pytest.mark.parametrize("correlation", [-0.9, -0.3, 0.0, 0.5, 0.95])
@pytest.mark.parametrize("at", [0.0, 1.0, 3.5])
def test_the_joint_tail_is_that_of_two_normal_variables(at: float, correlation: float):
    x = np.linspace(at, at + 12, 200_001)
    conditional = upper_tail((at - correlation * x) / math.sqrt(1 - correlation**2))
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    expected = float(np.trapezoid(density * conditional, x))
    told = joint_upper_tail(np.array([at]), np.array([correlation]))[0]
    assert told == pytest.approx(expected, rel=1e-5, abs=1e-12)


def t_tail(t: float, freedom: int) -> float:
    """P(T > t) for an even number of degrees of freedom (Abramowitz and Stegun 26.7.4)."""
    cosine_squared = freedom / (freedom + t * t)
    term, series = 1.0, 1.0
    for at in range(2, freedom - 1, 2):
        term *= (at - 1) / at * cosine_squared
        series += term
    return (1 - t / math.sqrt(freedom + t * t) * series) / 2


@pytest.mark.parametrize("freedom", [18, 60, 300])
@pytest.mark.parametrize("t", [0.5, 2.0, 4.0, 6.0])
def test_a_score_has_the_tail_of_the_t_distribution(t: float, freedom: int):
    coefficient = t / math.sqrt(freedom + t * t)
    told = upper_tail(score(np.array([coefficient]), np.array([freedom + 2.0])))[0]
    assert told == pytest.approx(t_tail(t, freedom), rel=0.03)


def test_a_single_try_costs_nothing():
    scores = np.array([1.0, 1.96, 4.0])
    told = chance_of_largest(scores, np.full(3, 0.5), np.ones(3))
    np.testing.assert_allclose(told, 2 * upper_tail(scores), rtol=1e-12)


@pytest.mark.parametrize("neighbours", [0.0, 0.6, 0.95])
def test_the_search_costs_what_it_does_and_less_than_bonferroni_says(neighbours: float):
    """Simulated rows of 121 scores, of which each is like the next."""
    random = np.random.default_rng(5)
    rows = truths.remembering(random.standard_normal((20_000, 300)), neighbours)[:, -121:] * math.sqrt(
        1 - neighbours**2
    )
    critical = critical_score(0.05, np.array([neighbours]), np.array([121.0]))
    exceeded = float((np.abs(rows).max(axis=1) > critical).mean())
    assert 0.03 <= exceeded <= 0.053
    bonferroni = 121 * 2 * upper_tail(critical)[0]
    assert bonferroni >= 0.05


def test_an_interval_holds_its_coefficient_and_widens_with_fewer_samples():
    coefficient = np.array([0.5, 0.5, 0.5, 1.0])
    low, high = interval(coefficient, np.array([1000.0, 50.0, 4.0, 100.0]), np.full(4, 1.96), rank=False)
    by_hand = [math.tanh(math.atanh(0.5) + sign * 1.96 / math.sqrt(997)) for sign in (-1, 1)]
    assert [low[0], high[0]] == pytest.approx(by_hand)
    assert (low <= coefficient).all() and (coefficient <= high).all()
    assert high[1] - low[1] > high[0] - low[0]
    assert (low[2], high[2]) == (-1, 1)


def test_q_values_are_those_of_the_paper():
    """The example of Benjamini and Hochberg (1995): at 0.05 the four smallest of fifteen are taken."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1,
    ]
    shuffled = np.random.default_rng(6).permutation(15)
    q = np.empty(15)
    q[shuffled] = q_values(np.array(p)[shuffled])
    assert (q <= 0.05).sum() == 4
    assert q[3] == pytest.approx(0.0095 * 15 / 4)
    assert (np.diff(q) >= 0).all()
    assert q_values(np.array([])).size == 0


def test_lengths_are_products_of_small_primes_and_as_short_as_can_be():
    def smooth(length: int) -> bool:
        for prime in (2, 3, 5):
            while length % prime == 0:
                length //= prime
        return length == 1

    for least in [*range(1, 200), 3660, 86_460]:
        expected = next(
            length for length in range(max(least, 2), 10 * least + 10) if length % 2 == 0 and smooth(length)
        )
        assert fast_length(least) == expected


def test_the_neighbourhood_of_the_best_lag_is_not_another_one():
    scores = np.array([[0.0, 1.0, 3.0, 5.0, 3.5, 2.0, 4.0, 0.0], [1.0, 2.0, 3.0, 5.0, 4.0, 3.0, 3.0, 3.0], np.zeros(8)])
    assert strongest_elsewhere(scores, scores.argmax(axis=1)).tolist() == [4.0, 1.0, 0.0]
