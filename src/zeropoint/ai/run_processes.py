"""The first process of each run that lives on this machine, for whoever asks what a process belongs to."""

from pathlib import Path

from zeropoint.ai.runs import Runs
from zeropoint.probe import Roots
from zeropoint.texts import clean


class RunProcesses:
    """Looks at ARTIFACTS/runs."""

    def __init__(self, artifacts: Path) -> None:
        self._runs = Runs(str(artifacts.absolute()), None)

    def look(self, roots: Roots, now: float, wall: float) -> dict[int, str]:
        """NAME/ID of each, as its folder lies below runs/, by the number of its process."""
        self._runs.look(roots, now, wall)
        return {run.pid: clean("/".join(folder)) for folder, run in self._runs.of_live if run.pid is not None}
