"""What a rule finds in one sample: each series or verdict that it looks at, and how that stands."""

from collections.abc import Mapping
from itertools import islice

from msgspec import Struct

from zeropoint.alerts.patterns import matcher
from zeropoint.alerts.rule import Reading, Rule, Standing
from zeropoint.alerts.selecting import series_of
from zeropoint.model import Sample
from zeropoint.texts import clean

# A pattern may match more than anybody wants to be told of.
MOST_SERIES = 1000


class Finding(Struct, frozen=True):
    """`says` and `evidence` are a verdict's own."""

    standing: Standing
    value: Reading = None
    says: str = ""
    evidence: tuple[str, ...] = ()


def find(rule: Rule, sample: Sample) -> Mapping[str, Finding]:
    """By name of the metric or id of the verdict, at most MOST_SERIES. A metric that is asked for by its whole name is
    always among them."""
    if rule.verdict is not None:
        matches = matcher(rule.verdict)
        return {
            clean(verdict.id): Finding(
                "beyond", None, clean(verdict.says), tuple(clean(one) for one in verdict.evidence)
            )
            for verdict in sample.verdicts
            if matches(verdict.name)
        }
    assert rule.metric is not None  # noqa: S101 - parse_rules sees to it
    found = {
        clean(name): Finding(rule.stands(value), value)
        for name, value in islice(series_of(sample, rule.metric), MOST_SERIES)
    }
    if not found and "*" not in rule.metric:
        found[rule.metric] = Finding("missing")
    return found
