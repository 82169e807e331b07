"""For rules that fire where a value is missing: which series there were, so that it is seen when one has gone."""

from collections.abc import Mapping

from msgspec import structs

from zeropoint.alerts.finding import MOST_SERIES, Finding
from zeropoint.alerts.rule import Rule

# Rates need two readings, and some sources take their time at the start.
START_SECONDS = 10.0
# A series that has been gone for so long is not wanted any more.
FORGOTTEN_SECONDS = 86400.0


class KnownSeries:
    """Of one rule, by name: when each was last in a sample."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._seen: dict[str, float] = {}

    def look(self, found: Mapping[str, Finding], now: float) -> Mapping[str, Finding]:
        """What was found, and what should have been: that stands beyond the rule's level. Where a pattern has never
        matched anything, that is told of the pattern itself."""
        for subject in found:
            if subject in self._seen or len(self._seen) < MOST_SERIES:
                self._seen[subject] = now
        self._seen = {subject: at for subject, at in self._seen.items() if now - at < FORGOTTEN_SECONDS}
        if now < START_SECONDS:
            return found
        all_of_them = {subject: Finding("beyond") for subject in self._seen if subject not in found}
        for subject, finding in found.items():
            missing = finding.standing == "missing"
            all_of_them[subject] = structs.replace(finding, standing="beyond") if missing else finding
        pattern = self._rule.metric or ""
        if "*" in pattern:
            all_of_them[pattern] = Finding("back" if self._seen else "beyond")
        return all_of_them
