"""What is said of an alert, in one sentence. Pure."""

from collections.abc import Callable

from zeropoint.alerts.durations import in_words
from zeropoint.alerts.finding import Finding
from zeropoint.alerts.rule import Reading, Rule

Sentence = Callable[[Rule, str, Finding], str]


def figure(value: Reading) -> str:
    """A number with what matters of it, a word as it is."""
    if isinstance(value, int | float):
        return f"{value:.0f}" if abs(value) >= 100_000 else f"{value:.4g}" if abs(value) < 1000 else f"{value:.6g}"
    return "nothing" if value is None else value


def level(rule: Rule) -> str:
    """As in above 90; of a state its words."""
    if rule.words:
        return " or ".join(rule.words)
    if rule.above is None and rule.below is None:
        return "missing"
    return f"above {figure(rule.above)}" if rule.above is not None else f"below {figure(rule.below)}"


def firing(rule: Rule, subject: str, finding: Finding) -> str:
    """Why it fires, by the newest value."""
    if rule.verdict is not None:
        return finding.says or f"{subject} holds"
    if finding.value is None:
        return f"{subject} has no value"
    if rule.words:
        return f"{subject} is {finding.value}"
    was = "" if finding.standing == "beyond" else "and was "
    return f"{subject} is {figure(finding.value)}, {was}{level(rule)}"


def fired(rule: Rule, subject: str, finding: Finding) -> str:
    """The same at the moment when it begins, with how long that took."""
    held = f" for {in_words(rule.for_seconds)}" if rule.for_seconds and rule.verdict is None else ""
    return firing(rule, subject, finding) + held


def cleared(gone_seconds: float | None) -> Sentence:
    """Why it has ended; `gone_seconds` is for how long there has been no value, where that is why."""

    def sentence(rule: Rule, subject: str, finding: Finding) -> str:
        if gone_seconds is not None:
            return f"{subject} has had no value for {in_words(gone_seconds)}"
        if rule.verdict is not None:
            return f"{subject} holds no longer"
        if finding.value is None:
            return f"{subject} has values again"
        if rule.words:
            return f"{subject} is {finding.value}"
        return f"{subject} is {figure(finding.value)}, no longer {level(rule)}"

    return sentence
