"""The writer's part that keeps the list of losses."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from zeropoint.history.aside import put_aside
from zeropoint.history.fault import Fault
from zeropoint.history.gaps import GapLog
from zeropoint.history.guard import Guard


class GapsPart:
    """Owned by the writer's thread. Nothing is raised: what fails is in `guard`."""

    def __init__(self, directory: Path, guard: Guard, wall: Callable[[], float]) -> None:
        self.log = GapLog(directory)
        self.guard = guard
        self.asides_total = 0
        self._directory = directory
        self._wall = wall

    def write(self) -> None:
        """Writes what was noted; what cannot be written is kept."""
        if not self.guard.is_due:
            return
        try:
            self.log.flush()
        except Fault as fault:
            self._fail(fault)
        else:
            self.guard.works()

    def close(self) -> None:
        self.log.close()

    def _fail(self, fault: Fault) -> None:
        self.log.close()
        if fault.kind == "damaged":
            try:
                put_aside(fault, self._directory, datetime.fromtimestamp(self._wall(), UTC))
                self.asides_total += 1
            except Fault as another:
                fault = another
        self.guard.fails(fault)
