"""The comparison of two runs as lines of text: what they are, a table of measures, each in words."""

from zeropoint.insight.columns import aligned
from zeropoint.insight.run_comparison import ComparedRun, Measure, Plain, RunsCompared
from zeropoint.insight.run_facts import RECEIPT
from zeropoint.insight.run_words import amount, digits, span, value_of
from zeropoint.texts import clean

HEADINGS = ("VERDICT", "MEASURE", "A", "B", "B / A", "95 % INTERVAL", "WORTH", "Q")
RIGHT = frozenset({"A", "B", "B / A", "WORTH", "Q"})
ORDER = ("differs", "no-difference-told", "not-enough-data")
UNITS = {"_seconds": "s", "_bytes": "bytes", "_joules": "J"}
CAVEAT = "That two runs differ does not tell why; docs/runs.md says what is assumed."


def table(compared: RunsCompared) -> list[str]:
    """Lines; what differs comes first."""
    lines = [_run("A", compared.a), _run("B", compared.b)]
    ordered = sorted(compared.measures, key=lambda one: ORDER.index(one.verdict))
    if ordered:
        lines += ["", *aligned(HEADINGS, [*map(_cells, ordered)], RIGHT), ""]
        lines += [one.says for one in ordered]
    if compared.told:
        lines += ["", "Recorded of them and not the same:"]
        lines += [
            f"  {clean(one.name)}: {_plain(one.name, one.a)} | {_plain(one.name, one.b)}" for one in compared.told
        ]
    if compared.unavailable:
        lines += ["", "Not compared:"]
        lines += [f"  {clean(one.path).removeprefix('measures.')}: {clean(one.reason)}" for one in compared.unavailable]
    return [*lines, "", CAVEAT]


def _run(which: str, run: ComparedRun) -> str:
    took = "" if run.seconds is None else f", {digits(run.seconds)} s"
    began = "" if run.started is None else f", began {clean(run.started)}"
    return f"{which}: {clean(run.name)} {clean(run.id)} ({run.status}{began}{took}, {run.rows:,} rows)"


def _cells(measure: Measure) -> tuple[str, ...]:
    name = clean(measure.title)
    sides = value_of(measure, measure.a), value_of(measure, measure.b)
    if measure.difference is None or measure.q_value is None:
        return (measure.verdict, name, *sides, "-", "-", "-", "-")
    ratio, worth = measure.ratio, min(measure.a.n_effective or 0.0, measure.b.n_effective or 0.0)
    between = (digits(ratio.value), span(ratio)) if ratio else ("-", _span(measure))
    q = "<0.001" if measure.q_value < 0.001 else f"{measure.q_value:.3f}"
    return (measure.verdict, name, *sides, *between, f"{worth:.0f}", q)


def _span(measure: Measure) -> str:
    difference = measure.difference
    return f"{difference.low:+.3g} to {difference.high:+.3g}" if difference else "-"


def _plain(name: str, value: Plain) -> str:
    """Numbers of receipts with their unit, all else as it was given: 0.001 is no rounded number."""
    if value is None:
        return "-"
    if not name.startswith(RECEIPT) or not isinstance(value, float | int):
        return clean(str(value))
    return amount(value, next((unit for ending, unit in UNITS.items() if name.endswith(ending)), ""))
