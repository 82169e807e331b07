"""What has changed since one looked last: who follows thousands of processes, most of which rest, asks for that alone.

A table tells with each listing what has become another since the one before, and in the last few. Who follows it adds
up those that it has not seen; who has missed more, or is shown listings of another origin, compares.
"""

from collections.abc import Sequence

from zeropoint.processes.process import Process, Processes, Turnover


class Changes:
    """Follows the listings of one table; of the first that it is shown, all are new. Between two looks a process may
    come and go: it is told to be gone though it was never seen."""

    def __init__(self) -> None:
        self._last = Processes({}, None)

    def of(self, listing: Processes) -> Turnover:
        last, self._last = self._last, listing
        steps = listing.number - last.number
        if last.number and 0 <= steps <= len(listing.turnovers):
            return added(listing.turnovers[len(listing.turnovers) - steps :])
        return compared(last, listing)


def compared(last: Processes, now: Processes) -> Turnover:
    """One that rests is the same object in both."""

    def is_there(process: Process) -> bool:
        same = now.by_pid.get(process.pid) or now.ended.get(process.pid)
        return same is not None and same.identity == process.identity

    return Turnover(
        changed=[one for pid, one in now.by_pid.items() if last.by_pid.get(pid) is not one],
        ended=[one for pid, one in now.ended.items() if last.ended.get(pid) is not one],
        gone=[one for one in (*last.by_pid.values(), *last.ended.values()) if not is_there(one)],
    )


def added(turnovers: Sequence[Turnover]) -> Turnover:
    """Of several listings one after another: who changed and is gone since is only gone."""
    if len(turnovers) == 1:
        return turnovers[0]
    changed: dict[int, Process] = {}
    ended: dict[int, Process] = {}
    gone: dict[tuple[int, float], Process] = {}
    for turnover in turnovers:
        for process in turnover.gone:
            gone[process.identity] = process
            for of in (changed, ended):
                of.pop(process.pid, None)
        for process in (*turnover.changed, *turnover.ended):
            gone.pop(process.identity, None)  # it could not be read for a moment
        for process in turnover.changed:
            changed[process.pid] = process
        for process in turnover.ended:
            changed.pop(process.pid, None)
            ended[process.pid] = process
    return Turnover(tuple(changed.values()), tuple(ended.values()), tuple(gone.values()))
