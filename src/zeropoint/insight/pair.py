"""What is told of a pair of series."""

from typing import Literal

from msgspec import Struct

Verdict = Literal["correlated", "none", "not-enough-data"]


class Pair(Struct, frozen=True, kw_only=True):
    """At a positive lag b follows a. `low` to `high` holds the coefficient in at least 95 % of cases. Where there is
    not enough data, nothing but `n` is told."""

    a: str
    b: str
    lag_seconds: float | None = None
    coefficient: float | None = None
    low: float | None = None
    high: float | None = None
    n: int
    n_effective: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    verdict: Verdict = "not-enough-data"
    compared: Literal["levels", "changes"] | None = None
