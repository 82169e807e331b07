"""Tails of the normal distribution, of one variable and of two."""

import math

import numpy as np

from zeropoint.insight.series import Floats

_erfc = np.frompyfunc(math.erfc, 1, 1)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)


def upper_tail(at: Floats) -> Floats:
    """P(Z > at)."""
    return 0.5 * np.asarray(_erfc(at / math.sqrt(2.0)), dtype=np.float64)


def joint_upper_tail(at: Floats, correlation: Floats) -> Floats:
    """P(X > at and Y > at) of two standard normal variables.

    Its derivative by the correlation is their density at (at, at) (Plackett 1954). It is integrated from independence
    on, over the arc sine of the correlation, which takes the pole at 1 away.
    """
    arc = np.arcsin(correlation)
    angles = np.multiply.outer((NODES + 1) / 2, arc)
    density = np.exp(-(at**2) / (1 + np.sin(angles)))
    integral: Floats = np.einsum("n,n...->...", WEIGHTS, density) * arc / (4 * math.pi)
    return upper_tail(at) ** 2 + integral
