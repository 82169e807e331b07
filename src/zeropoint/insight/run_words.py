"""A measure of two runs in plain words. They tell by how much, and never why."""

from zeropoint.insight.false_discovery import SIGNIFICANT
from zeropoint.insight.run_comparison import Between, Measure, Side
from zeropoint.texts import clean

BINARY = ("bytes", "KiB", "MiB", "GiB", "TiB")


def sentence(measure: Measure) -> str:
    title = clean(measure.title)
    if measure.difference is None:
        values = " and ".join(value_of(measure, side) for side in (measure.a, measure.b))
        return f"Of {title}, {values}, there is too little to tell: {measure.reason}{_change(measure)}."
    ratio = measure.ratio
    if measure.verdict == "no-difference-told":
        reach = span(ratio) + " times A's" if ratio else _reach(measure.difference, measure.unit)
        return f"No difference told in {title}: B is {reach}{_by_chance(measure)}{_change(measure)}."
    since = _change(measure)
    if measure.name == "step_seconds" and ratio:
        word, times = ("slow", ratio) if ratio.value >= 1 else ("fast", inverse(ratio))
        return f"B makes a step {digits(times.value)} times as {word} ({span(times)}){since}."
    if ratio:
        return f"B's {title} is {digits(ratio.value)} times A's ({span(ratio)}){since}."
    is_more = measure.difference.value > 0
    way, size = ("higher", measure.difference) if is_more else ("lower", negative(measure.difference))
    return f"B's {title} is {way} by {amount(size.value, measure.unit)} ({apart(size, measure.unit)}){since}."


def _reach(difference: Between, unit: str) -> str:
    """Of an interval that holds 0, or ends near it."""
    if difference.low == difference.high == 0:
        return "the same"
    if difference.low < 0 < difference.high:
        return f"between {amount(-difference.low, unit)} lower and {amount(difference.high, unit)} higher"
    return f"{apart(difference, unit)} higher" if difference.low >= 0 else f"{apart(negative(difference), unit)} lower"


def _by_chance(measure: Measure) -> str:
    """Why a difference is not told that its interval shows: the interval is of this measure alone."""
    between, none = (measure.ratio, 1.0) if measure.ratio else (measure.difference, 0.0)
    if between is None or between.low <= none <= between.high or (measure.q_value or 0.0) <= SIGNIFICANT:
        return ""
    return ", which one of so many measures may show by chance"


def _change(measure: Measure) -> str:
    """What it was before the step from which on they differ, and after."""
    begins = measure.begins
    if begins is None:
        return ""
    if measure.statistic == "midmean":
        before, after = f"{digits(begins.before)} times A's", digits(begins.after)
    else:
        before, after = f"{digits(begins.before)} apart", digits(begins.after)
    return f"; up to step {begins.step:g} B's is {before} on average, from there on {after}"


def value_of(measure: Measure, side: Side) -> str:
    """What is compared of a run, with its unit."""
    return amount(side.midmean if measure.statistic == "midmean" else side.mean, measure.unit)


def inverse(ratio: Between) -> Between:
    return Between(value=1 / ratio.value, low=1 / ratio.high, high=1 / ratio.low)


def negative(difference: Between) -> Between:
    return Between(value=-difference.value, low=-difference.high, high=-difference.low)


def span(between: Between) -> str:
    return f"{digits(between.low)} to {digits(between.high)}"


def apart(difference: Between, unit: str) -> str:
    if unit.startswith("bytes"):  # each end may have a unit of its own
        return f"{amount(difference.low, unit)} to {amount(difference.high, unit)}"
    return f"{digits(difference.low)} to {amount(difference.high, unit)}"


def digits(value: float) -> str:
    """Three of them; no exponent where a person would write none."""
    rounded = float(f"{value:.3g}")
    if rounded == 0:
        return "0"
    return f"{rounded:,.0f}" if 100 <= abs(rounded) < 1e9 else f"{rounded:#.3g}"


def amount(value: float, unit: str) -> str:
    """With its unit; bytes in binary ones."""
    if unit.startswith("bytes"):
        step = 0
        while abs(value) >= 1000 and step < len(BINARY) - 1:
            value, step = value / 1024, step + 1
        return f"{digits(value)} {BINARY[step]}{unit.removeprefix('bytes')}"
    return f"{digits(value)} {unit}".rstrip()
