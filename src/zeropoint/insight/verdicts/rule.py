"""What a rule is: it looks at the window and tells what it finds; when that becomes a verdict, hysteresis decides."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Set
from typing import ClassVar

from msgspec import Struct

from zeropoint.insight.verdicts.window import Window

UNKNOWN, MACHINE = "unknown", "machine"


class Finding(Struct, frozen=True, kw_only=True):
    """`subject` tells it from others of the rule, and stays the same while it lasts. `began_at` is when it began where
    that is known, in seconds since 1970. A rule that keeps its cause tells what names that apart: how `because` ends
    the sentence, and the `grounds` that come after the evidence."""

    subject: str
    called: str
    workload: str = MACHINE
    cause: str = UNKNOWN
    says: str
    evidence: tuple[str, ...]
    because: str = ""
    grounds: tuple[str, ...] = ()
    began_at: float | None = None


class Rule(ABC):
    """One kind of verdict. It is stateless: what it finds follows from the window, and from what is `held`, the
    subjects of which the verdict holds already: for these the lower of two thresholds counts."""

    name: ClassVar[str]
    # What would show that a verdict of it is wrong.
    refuted_by: ClassVar[str]
    # How long it must be found before it is told, and be missing before it is cleared.
    begin_seconds: ClassVar[float]
    clear_seconds: ClassVar[float]
    # How often it looks; what takes minutes to change needs no look each second.
    every_seconds: ClassVar[float] = 0.0
    # Whether a cause that was named stays when none is found any more.
    keeps_cause: ClassVar[bool] = False

    @abstractmethod
    def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
        """What it finds now. The window has at least one moment."""
