"""A pair in plain words. They tell what goes together, and never that one causes the other."""

from zeropoint.insight.compare import FEWEST_SAMPLES
from zeropoint.insight.pair import Pair
from zeropoint.texts import clean

CAVEAT = (
    "That two series go together does not tell whether one of them causes the other, or a third causes both; "
    "docs/correlation.md says what is assumed."
)


def sentence(pair: Pair, method: str) -> str:
    """`method` is the coefficient's name."""
    a, b = clean(pair.a), clean(pair.b)
    if pair.coefficient is None or pair.low is None or pair.high is None or pair.n_effective is None:
        why = f"and {FEWEST_SAMPLES} are needed" if pair.n < FEWEST_SAMPLES else "over which one of them does not vary"
        return f"Of {a} and {b} there is too little to tell: {pair.n} common samples, {why}."
    if pair.verdict == "none":
        return f"Nothing tells that {a} and {b} go together, by {pair.n} samples that are worth {pair.n_effective:.0f}."
    direction = "the same way" if pair.coefficient > 0 else "opposite ways"
    subject = f"{a} and {b} go" if pair.compared == "levels" else f"Changes of {a} and of {b} go"
    return (
        f"{subject} {direction}, {when(pair)}: {method} coefficient {pair.coefficient:.2f} "
        f"({pair.low:.2f} to {pair.high:.2f}), {pair.n} samples that are worth {pair.n_effective:.0f}."
    )


def when(pair: Pair) -> str:
    lag = pair.lag_seconds or 0.0
    first, second = (pair.a, pair.b) if lag > 0 else (pair.b, pair.a)
    return f"{clean(second)} {seconds(abs(lag))} s after {clean(first)}" if lag else "at the same time"


def seconds(lag: float) -> str:
    """Three digits, for the interval comes of times that jitter."""
    return f"{float(f'{lag:.3g}'):g}"
