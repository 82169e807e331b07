"""One look at pairs of series: for each, the lag with the strongest dependence and what it is worth."""

from dataclasses import dataclass

import numpy as np

from zeropoint.insight.autocorrelation import memory
from zeropoint.insight.lag_search import chance_of_largest, score
from zeropoint.insight.lagged import LagSums
from zeropoint.insight.looks import Look
from zeropoint.insight.rival import strongest_elsewhere
from zeropoint.insight.series import Floats, Indices

# A lag is looked at where it leaves so many cells that both series have, as a pair is.
FEWEST_SAMPLES = 60
# Fewer effective samples are no evidence. Two random walks come to some 16, however long they are, and the coefficients
# that they reach have no bound (Phillips 1986).
FEWEST_EFFECTIVE = 20.0
# Another lag counts where chance would make it as strong more seldom than this.
REPEATED = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """Each field is one number a pair. Where no lag can be looked at the coefficient is NaN, and `p_value` is 1.

    `tries` are the lags that were looked at, `neighbours` is how alike two in a row are.
    """

    lag: Floats
    coefficient: Floats
    effective: Floats
    p_value: Floats
    tries: Floats
    neighbours: Floats

    def where(self, wanted: "np.ndarray[tuple[int], np.dtype[np.bool_]]", other: "Comparison") -> "Comparison":
        """This where `wanted`, else the other."""
        return Comparison(
            *(np.where(wanted, getattr(self, name), getattr(other, name)) for name in Comparison.__dataclass_fields__)
        )


class Comparing:
    """A look that pairs are taken from, over -`longest` to `longest` cells."""

    def __init__(self, look: Look, longest: int) -> None:
        self._sums = LagSums(look, longest)
        self._memory = memory(look)
        self._longest = longest

    def pairs(self, first: Indices, second: Indices) -> Comparison:
        """Compares the series of the numbers `first` with those of the numbers `second`."""
        found = self._sums.of(first, second)
        inflation, neighbours = self._memory.inflation[first, second], self._memory.neighbours[first, second]
        tried = np.isfinite(found.coefficient) & (found.samples >= FEWEST_SAMPLES)
        coefficient = np.where(tried, found.coefficient, 0.0)
        effective = found.samples / (inflation[:, None] * _concentration(coefficient, found.joint))
        scores = np.where(tried & (effective >= FEWEST_EFFECTIVE), score(coefficient, effective), 0.0)
        # Where no lag is evidence the strongest coefficient is shown nevertheless, with the interval that it has.
        strength = np.where(scores.any(axis=1, keepdims=True), scores, np.abs(coefficient))
        best = strength.argmax(axis=1)
        at_best = (np.arange(len(best)), best)
        tries = tried.sum(axis=1).astype(np.float64)
        elsewhere = strongest_elsewhere(scores, best)
        by_chance = chance_of_largest(elsewhere, neighbours, np.maximum(tries, 1.0)) > REPEATED
        worth = effective[at_best] * np.where(by_chance, 1.0, _advantage(scores[at_best], elsewhere))
        is_evidence = (scores[at_best] > 0) & (worth >= FEWEST_EFFECTIVE)
        own = np.where(is_evidence, score(coefficient[at_best], worth), 0.0)
        return Comparison(
            lag=(best - self._longest).astype(np.float64),
            coefficient=np.where(tries > 0, coefficient[at_best], np.nan),
            effective=worth,
            p_value=np.where(is_evidence, chance_of_largest(own, neighbours, np.maximum(tries, 1.0)), 1.0),
            tries=tries,
            neighbours=neighbours,
        )


def _advantage(best: Floats, other: Floats) -> Floats:
    """The part of the evidence that the best lag has over another one. What shows at both is none for either."""
    return np.asarray(1 - (other / np.where(best > 0, best, 1.0)) ** 2, dtype=np.float64)


def _concentration(coefficient: Floats, joint: Floats) -> Floats:
    """By how much the coefficient rests on few cells: 1 where on all alike.

    The variance of a sum of products is that of their squares, whatever else the series have in common (White 1980):
    so a burst in which both swing more, or one spike in both, is not taken for many samples. A coefficient r raises
    `joint` to 1 + 2 r^2 by itself where both are normal.
    """
    return np.maximum(joint / (1 + 2 * coefficient**2), 1.0)
