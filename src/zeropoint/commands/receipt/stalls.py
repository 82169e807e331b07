"""How long a run waited for processors, memory and disks: pressure stall information, Documentation/accounting/psi.rst.

Where a control group has the run alone, its own pressure is told. Else there is the machine's alone, in which others'
waiting is as well: it counts only while the run itself asks for that resource, and for processors at most as long as
its own threads waited.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from zeropoint.host.pressure import parse_pressure
from zeropoint.probe import Roots, read_file

Resource = Literal["cpu", "memory", "io"]
RESOURCES: tuple[Resource, ...] = ("cpu", "memory", "io")
NOT_TOLD = "this kernel tells no pressure (PSI)"


class Asked(Struct, frozen=True):
    """What the run did in an interval. `waited_seconds` is what its threads waited for a processor, added up; None
    where that is not known."""

    used_cpu: bool
    had_traffic: bool
    waited_seconds: float | None


class Stalls:
    """`seconds` by resource; `is_own` says whether they are the run's, else the machine's."""

    def __init__(self) -> None:
        self.seconds: dict[Resource, float] = {}
        self.is_own = True
        self._totals: dict[str, float] = {}

    def update(self, roots: Roots, folder: str | None, asked: Asked) -> None:
        """`folder` is the control group that has the run alone."""
        files = {name: f"{folder}/{name}.pressure" if folder else f"{roots.proc}/pressure/{name}" for name in RESOURCES}
        for name, file in files.items():
            try:
                line = parse_pressure(read_file(file)).get("some")
            except OSError:
                continue
            if line is None:
                continue
            before = self._totals.get(file)
            self._totals[file] = line.stalled_seconds
            stalled = 0.0 if before is None else max(0.0, line.stalled_seconds - before)
            if folder is None:
                stalled = due(name, stalled, asked)
                self.is_own = False
            self.seconds[name] = self.seconds.get(name, 0.0) + stalled

    def reasons(self) -> Mapping[str, str]:
        """Why those that are not told are not, by cause."""
        causes = {"cpu": "cpu", "memory": "memory", "io": "disk"}
        return {causes[name]: NOT_TOLD for name in RESOURCES if name not in self.seconds}


def due(resource: Resource, stalled_seconds: float, asked: Asked) -> float:
    """The part of the machine's pressure that the run may have had."""
    if resource == "io":
        return stalled_seconds if asked.had_traffic else 0.0
    if not asked.used_cpu:
        return 0.0
    if resource == "cpu" and asked.waited_seconds is not None:
        return min(stalled_seconds, asked.waited_seconds)
    return stalled_seconds
