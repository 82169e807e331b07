"""What a rule of the settings file says, and how one value stands to it. Pure."""

from math import isnan
from typing import Literal

from msgspec import Struct

from zeropoint.alerts.quiet import Quiet
from zeropoint.model import Severity

Missing = Literal["ignore", "fire"]
# beyond: past its level; between: not beyond any more, nor back at the level at which it ends; back; missing: no value.
Standing = Literal["beyond", "between", "back", "missing"]
Reading = float | str | None


class Rule(Struct, frozen=True, kw_only=True):
    """Either `metric` (a name in which * stands for any characters) or `verdict` (a name, or * for all) is set; of a
    metric one of `above`, `below` and `words`, or none where `missing` alone counts."""

    name: str
    severity: Severity
    metric: str | None = None
    verdict: str | None = None
    above: float | None = None
    below: float | None = None
    clear: float | None = None
    words: tuple[str, ...] = ()
    for_seconds: float = 0.0
    clear_for_seconds: float = 0.0
    missing: Missing = "ignore"
    quiet: Quiet = Quiet()
    repeat_seconds: float | None = None
    notify: tuple[str, ...] = ()

    def stands(self, value: Reading) -> Standing:
        """How a metric's value stands to this rule. A word where a number is asked for, and the other way round, is no
        value: a component of another distribution may put anything into its fields."""
        if self.words:
            if not isinstance(value, str):
                return "missing"
            return "beyond" if value in self.words else "back"
        if self.above is None and self.below is None:
            return "missing" if value is None else "back"
        if not isinstance(value, int | float) or isnan(value):
            return "missing"
        if self.above is not None:
            return _standing(value, self.above, self.above if self.clear is None else self.clear)
        assert self.below is not None  # noqa: S101 - one of the two is set
        return _standing(-value, -self.below, -(self.below if self.clear is None else self.clear))


def _standing(value: float, level: float, clear: float) -> Standing:
    if value > level:
        return "beyond"
    return "back" if value <= clear else "between"
