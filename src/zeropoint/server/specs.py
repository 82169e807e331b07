"""What is known of a series by its name: the metrics of the catalogue, in whose names {...} stands for a row's key."""

import re
from collections import defaultdict
from collections.abc import Iterable

from zeropoint.catalogue import Kind, Spec, unit_of
from zeropoint.history.patterns import Pattern

KEY = re.compile(r"\{[^}]*\}")


class Specs:
    """Finds the metric that a series belongs to."""

    def __init__(self, specs: Iterable[Spec]) -> None:
        # By the last part of the name; a name whose end is a key stands under the empty text.
        self._by_end: dict[str, list[tuple[Pattern, Spec]]] = defaultdict(list)
        for spec in sorted(specs, key=lambda spec: len(KEY.sub("", spec.name)), reverse=True):
            pattern = KEY.sub("*", spec.name)
            self._by_end[pattern.rpartition(".")[2].replace("*", "")].append((Pattern(pattern), spec))

    def of(self, name: str) -> Spec:
        """The metric of a series. Of one that no probe of this version tells, what its name says."""
        for end in (name.rpartition(".")[2], ""):
            for pattern, spec in self._by_end.get(end, ()):
                if pattern.matches(name):
                    return spec
        kind: Kind = "counter" if name.endswith("_total") else "gauge"
        return Spec(name, name, kind, unit_of(name), "", None, (), 1.0)
