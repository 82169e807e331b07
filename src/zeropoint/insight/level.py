"""The level of a series that remembers, and how sure it is; and what two levels differ by. Pure numpy.

A mean's error follows from the slowest movements of its series: their sizes, the first few coefficients of a cosine
transform, are nearly independent of one another and equally large, so that the mean is known as one of so many
readings is (Müller 2007; Lazarus, Lewis, Stock and Watson 2018). There are fewer of them the longer the series
remembers. A midmean, the mean of the middle half, is moved by no outlier; its error is that of Tukey and McLaughlin
(1963).

The interval of a difference puts those of its two levels together (Zou and Donner 2008, MOVER).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zeropoint.insight.autocorrelation import MOST_LAGS, PART_OF_SERIES, autocorrelations, sample_memory
from zeropoint.insight.kinds import kinds_of
from zeropoint.insight.looks import Look
from zeropoint.insight.normal import upper_tail
from zeropoint.insight.series import Floats

FEWEST_VALUES = 20
# So many are taken of a series that remembers too long for more, or wanders: they are as slow as what it does, and the
# t distribution makes the interval so wide that it leaves out the truth about as seldom as others do.
FEWEST_MOVEMENTS = 2
# So many samples without memory stand behind each of them.
SAMPLES_A_MOVEMENT = 4.0
# How far the spectrum is taken for flat where there is no memory, as a power of the length (Lazarus and others 2018).
GROWTH, SCALE = 2 / 3, 0.41
MIDDLE_PART = 0.5
SCORE_95 = 1.959963984540054
LARGEST_SCORE = 38.0  # beyond it the normal distribution's tail is 0 in a double
HALVINGS = 50

Bounds = Callable[[float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Level:
    """`bounds(score)` is the interval of as many standard errors; 1.96 of them hold the true one in 95 %. `n_effective`
    is how many samples without memory its `n` are worth."""

    middle: float
    n: int
    n_effective: float
    bounds: Bounds

    @property
    def interval(self) -> tuple[float, float]:
        """Of 95 %."""
        return self.bounds(SCORE_95)


def mean_level(values: Floats) -> Level | None:
    """None where the values (n,), finite and in the order of time, are too few."""
    noise = _noise(values, values)
    if noise is None:
        return None
    middle = float(values.mean())

    def bounds(score: float) -> tuple[float, float]:
        reach = t_of(score, noise.movements) * noise.error
        return middle - reach, middle + reach

    return Level(middle, len(values), noise.n_effective, bounds)


def midmean(values: Floats) -> float:
    """The mean of the middle half: of what lies between the quartiles."""
    ordered = np.sort(values)
    cut = len(values) // 4
    return float(ordered[cut : len(values) - cut].mean())


def midmean_level(values: Floats) -> Level | None:
    """As mean_level; of the midmean. Its error is that of the values with all beyond the quartiles moved to them."""
    if not len(values):
        return None
    cut = len(values) // 4
    ordered = np.sort(values)
    noise = _noise(np.clip(values, ordered[cut], ordered[-1 - cut]), values)
    if noise is None:
        return None
    middle = midmean(values)

    def bounds(score: float) -> tuple[float, float]:
        reach = t_of(score, noise.movements) * noise.error / MIDDLE_PART
        return middle - reach, middle + reach

    return Level(middle, len(values), noise.n_effective, bounds)


@dataclass(frozen=True, slots=True)
class Noise:
    """The standard error of a mean, how many slow movements it was read of, and what the samples are worth."""

    error: float
    movements: int
    n_effective: float


def _noise(values: Floats, made_of: Floats) -> Noise | None:
    """Of the mean of `values`, that remember no less than what they are made of; clipped, they tell less of it."""
    n = len(values)
    if n < FEWEST_VALUES:
        return None
    if values.min() == values.max():
        return Noise(0.0, FEWEST_MOVEMENTS, float(n))
    worth = n / max(memory_of(values), memory_of(made_of))
    movements = max(FEWEST_MOVEMENTS, math.floor(min(worth / SAMPLES_A_MOVEMENT, SCALE * n**GROWTH)))
    sizes = slow_movements(values, movements)
    return Noise(math.sqrt(float((sizes**2).mean()) / n), movements, worth)


def slow_movements(values: Floats, count: int) -> Floats:
    """The first `count` coefficients of the cosine transform, without the mean: sqrt(2 / n) times the sums over t of
    value(t) cos(pi j (t + 1/2) / n), which the FFT of the series and its mirror image has."""
    n = len(values)
    centred = values - values.mean()
    spectrum = np.fft.rfft(np.concatenate([centred, centred[::-1]]))[1 : count + 1]
    turned = spectrum * np.exp(-0.5j * math.pi * np.arange(1, count + 1) / n)
    return np.asarray(math.sqrt(0.5 / n) * turned.real, dtype=np.float64)


def memory_of(values: Floats) -> float:
    """How many samples count as one: 1 without memory."""
    known = np.ones((1, len(values)))
    look = Look((values - values.mean())[None], known, kinds_of(known), removed=1)
    lags = max(1, min(len(values) // PART_OF_SERIES, MOST_LAGS))
    return float(sample_memory(autocorrelations(look, lags))[0])


def t_of(score: float, freedom: int) -> float:
    """The number that a t distribution exceeds as often as a normal one exceeds `score` (Wallace 1959)."""
    normal = score * (8 * freedom + 3) / (8 * freedom + 1)
    exponent = min(normal**2 / freedom, 700.0)  # beyond it the number does not fit
    return math.sqrt(freedom * math.expm1(exponent))


def difference(a: Level, b: Level) -> Level:
    """Of b from a: above 0 where b is more."""
    return _apart(a, b, lambda value: value)


def log_ratio(a: Level, b: Level) -> Level | None:
    """The logarithm of b / a; None where one of them may be 0."""
    if min(a.middle, b.middle, a.interval[0], b.interval[0]) <= 0:
        return None
    return _apart(a, b, lambda value: math.log(value) if value > 0 else -math.inf)


def _apart(a: Level, b: Level, scale: Callable[[float], float]) -> Level:
    middles = scale(a.middle), scale(b.middle)
    middle = middles[1] - middles[0]

    def bounds(score: float) -> tuple[float, float]:
        (low_a, high_a), (low_b, high_b) = a.bounds(score), b.bounds(score)
        below = math.hypot(middles[1] - scale(low_b), scale(high_a) - middles[0])
        above = math.hypot(scale(high_b) - middles[1], middles[0] - scale(low_a))
        return middle - below, middle + above

    return Level(middle, min(a.n, b.n), min(a.n_effective, b.n_effective), bounds)


def p_value(level: Level) -> float:
    """How often a level whose truth is 0 is so far from it: that of the widest interval without 0."""

    def leaves_out_zero(score: float) -> bool:
        low, high = level.bounds(score)
        return low > 0 or high < 0

    if not leaves_out_zero(0.0):
        return 1.0
    inside, outside = 0.0, LARGEST_SCORE
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if leaves_out_zero(middle) else (inside, middle)
    return min(1.0, 2 * float(upper_tail(np.array([inside]))[0]))
