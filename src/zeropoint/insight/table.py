"""Pairs as lines of text: a table of all, then the correlated ones in words."""

from collections.abc import Sequence

from zeropoint.insight.columns import aligned
from zeropoint.insight.pair import Pair
from zeropoint.insight.sentence import CAVEAT, seconds, sentence
from zeropoint.texts import clean

HEADINGS = ("VERDICT", "A", "B", "LAG", "COEFFICIENT", "95 %+ INTERVAL", "N", "WORTH", "P", "Q", "OF")
RIGHT = frozenset({"LAG", "COEFFICIENT", "N", "WORTH", "P", "Q"})
WIDEST_NAME = 48
MOST_SENTENCES = 20
ORDER = ("correlated", "none", "not-enough-data")


def table(pairs: Sequence[Pair], method: str) -> list[str]:
    """Lines; the strongest pairs come first."""
    ordered = sorted(pairs, key=lambda pair: (ORDER.index(pair.verdict), -abs(pair.coefficient or 0.0)))
    lines = aligned(HEADINGS, [*map(_cells, ordered)], RIGHT)
    told = [pair for pair in ordered if pair.verdict == "correlated"]
    lines += ["", _summary(pairs)]
    if told:
        lines += ["", *(sentence(pair, method) for pair in told[:MOST_SENTENCES])]
        lines += [f"And {len(told) - MOST_SENTENCES} more."] if len(told) > MOST_SENTENCES else []
        lines += ["", CAVEAT]
    return lines


def _summary(pairs: Sequence[Pair]) -> str:
    counts = {verdict: sum(pair.verdict == verdict for pair in pairs) for verdict in ORDER}
    return f"{counts['correlated']} correlated, {counts['none']} not, {counts['not-enough-data']} with not enough data"


def _cells(pair: Pair) -> tuple[str, ...]:
    names = (pair.verdict, _name(pair.a), _name(pair.b))
    if pair.coefficient is None:
        return (*names, *"---", str(pair.n), *"----")
    return (
        *names,
        f"{seconds(pair.lag_seconds or 0.0)} s",
        f"{pair.coefficient:+.2f}",
        f"{pair.low:+.2f} .. {pair.high:+.2f}",
        str(pair.n),
        f"{pair.n_effective:.0f}",
        _chance(pair.p_value),
        _chance(pair.q_value),
        str(pair.compared),
    )


def _name(text: str) -> str:
    text = clean(text)
    return text if len(text) <= WIDEST_NAME else text[: WIDEST_NAME - 1] + "…"


def _chance(value: float | None) -> str:
    return "-" if value is None else "<0.001" if value < 0.001 else f"{value:.3f}"
