"""The writer's part that keeps the list of losses."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from zeropoint.history.fault import Fault
from zeropoint.history.gaps import SCHEMA, GapLog, save_losses
from zeropoint.history.guard import Guard
from zeropoint.history.mending import mend


class GapsPart:
    """Owned by the writer's thread. Nothing is raised: what fails is in `guard`."""

    def __init__(self, directory: Path, guard: Guard, wall: Callable[[], float]) -> None:
        self.log = GapLog(directory)
        self.guard = guard
        self.asides_total = 0
        self._directory = directory
        self._wall = wall
        self._doubted = False

    def doubt(self) -> None:
        """Called by whoever found it damaged while reading, on any thread; the next `write` says whether it is."""
        self._doubted = True

    def write(self) -> None:
        """Looks at the list if it is in doubt, and writes what was noted; what cannot be written is kept."""
        if not self.guard.is_due:
            return
        try:
            if self._doubted:
                self._doubted = False
                if not self.log.is_whole():
                    raise Fault("damaged", self.log.path)
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
                mend(fault, SCHEMA, save_losses, self._directory, datetime.fromtimestamp(self._wall(), UTC))
            except Fault as another:
                fault = another
            else:
                self.asides_total += 1
                return
        self.guard.fails(fault)
