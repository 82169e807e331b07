"""How long threads of a run waited for a processor: PROC/PID/task/TID/schedstat, sched-stats.rst of the kernel.

The machine's pressure says that somebody waited; this says that it was the run.
"""

import os
from collections.abc import Iterable

from zeropoint.probe import Roots, read_file

# A thread takes some hundredths of a millisecond to read.
MOST_THREADS = 256


class Waits:
    """Follows the threads of the processes that it is given."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], int] = {}

    def update(self, roots: Roots, pids: Iterable[int]) -> float | None:
        """Seconds that the threads of these waited since the last call, added up; None where that is not told."""
        now: dict[tuple[int, str], int] = {}
        for pid in pids:
            try:
                threads = os.listdir(f"{roots.proc}/{pid}/task")  # noqa: PTH208 - a Path each is dear
                if len(now) + len(threads) > MOST_THREADS:
                    return None
                for thread in threads:
                    # Time on a processor, time waiting for one, both in nanoseconds, and how often it got one.
                    _, waited, _ = read_file(f"{roots.proc}/{pid}/task/{thread}/schedstat").split()
                    now[pid, thread] = int(waited)
            except (FileNotFoundError, ProcessLookupError):
                if not os.path.exists(f"{roots.proc}/self/schedstat"):  # noqa: PTH110 - as above
                    return None
            except (OSError, ValueError):
                return None
        waited_ns = sum(max(0, value - self._known.get(thread, 0)) for thread, value in now.items())
        # Who has not run is not among them, and keeps what is known.
        self._known = {**dict(list(self._known.items())[-16 * MOST_THREADS :]), **now}
        return waited_ns / 1e9
