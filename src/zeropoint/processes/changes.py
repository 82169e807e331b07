"""What is another than in the listing before: who follows thousands of processes, most of which rest, asks for it."""

from zeropoint.processes.process import Process, Processes


class Changes:
    """Compares each listing with the one that it was shown before; of the first, all are new."""

    def __init__(self) -> None:
        self._last: dict[int, Process] = {}

    def of(self, listing: Processes) -> tuple[list[Process], list[Process]]:
        """Those that are new or have changed, and those that are gone. One that rests is the same object as before."""
        last, now = self._last, {**listing.by_pid}
        self._last = now
        known = last.get
        changed = [process for pid, process in now.items() if known(pid) is not process]
        gone = [last[pid] for pid in last.keys() - now.keys()]
        for process in changed:  # its number may have been another's
            before = last.get(process.pid)
            if before is not None and before.identity != process.identity:
                gone.append(before)
        return changed, gone
