"""Looks at a running job now and then, on a thread of its own, which nothing waits for but its last look.

It is started once the job has been: what it needs is imported there too, so that the job starts no later for it.
"""

import re
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zeropoint.commands.receipt.looks import Looks
    from zeropoint.model import Receipt

# Soon at first, so that short jobs are seen at all; then once a second, and after minutes the more seldom, the longer
# it has taken already.
FIRST_SECONDS, USUAL_SECONDS, LONGEST_SECONDS = 0.1, 1.0, 5.0
FIRST_SHARE, SHARE = 1 / 5, 1 / 60
# A driver that hangs holds the receipt up no longer.
LAST_LOOK_SECONDS = 2.0
STARTUP_SECONDS = 10.0
# The peak comes first; some sandboxes tell only what is there now.
OWN_PEAK = re.compile(rb"^Vm(?:HWM|RSS):\s*(\d+) kB$", re.MULTILINE)
# Kernels count pages by processor first, so that what they tell of a process may be some hundred kilobytes off.
COUNT_SLACK_BYTES = 1024 * 1024


class Watcher:
    """Watches one job, from when it has started (`began` on the monotonic clock) to its end."""

    def __init__(self, pid: int, label: str | None) -> None:
        self._pid = pid
        self._label = label
        self._began, self._started = time.monotonic(), time.time()
        self._ended_at: float | None = None
        self._has_ended = threading.Event()
        self._looks: Looks | None = None
        self._failure = "the machine did not answer in time"
        self._is_whole = False
        self._cpu_seconds = 0.0
        self._cpu_before = _usage(of_children=True)[0]
        # A child begins as a copy of this process, whose memory then counts as its own.
        self._copy_bytes = _own_peak_bytes() + COUNT_SLACK_BYTES
        self._thread = threading.Thread(target=self._watch, name="receipt", daemon=True)
        self._thread.start()

    def ended(self) -> None:
        """To be called when the job has ended and was not waited for yet: the last look is at what is left of it."""
        self._ended_at = time.monotonic()
        self._has_ended.set()
        self._thread.join(LAST_LOOK_SECONDS if self._looks else STARTUP_SECONDS)

    def receipt(self) -> "Receipt | None":
        """To be called when the job was waited for. None where not even that it failed can be told. Never raises."""
        wall_seconds = (self._ended_at or time.monotonic()) - self._began
        try:
            from zeropoint.commands.receipt.looks import Waited, unwatched  # noqa: PLC0415 - see above

            if self._looks is None or not self._is_whole:
                return unwatched(wall_seconds, self._failure)
            cpu_seconds, most_bytes = _usage(of_children=True)
            waited = Waited(cpu_seconds - self._cpu_before, most_bytes if most_bytes > self._copy_bytes else None)
            return self._looks.receipt(wall_seconds, None if sys.platform == "win32" else waited, self._cpu_seconds)
        except Exception:  # noqa: BLE001 - as in _watch
            return None

    def _watch(self) -> None:
        try:
            from zeropoint.commands.receipt.looks import Looks  # noqa: PLC0415 - see above

            self._looks = Looks(self._pid, self._label, self._started)
            while True:
                # What is set here is seen below, whatever happens during the look.
                is_last = self._has_ended.is_set()
                self._looks.look()
                if is_last:
                    break
                self._has_ended.wait(pause_seconds(time.monotonic() - self._began))
            self._cpu_seconds = time.thread_time()
            self._is_whole = True
        except Exception as error:  # noqa: BLE001 - whatever it is, the job goes on
            self._failure = f"its watching failed: {type(error).__name__}"


def pause_seconds(elapsed_seconds: float) -> float:
    """How long to wait for the next look at a job that has run for so long."""
    at_first = min(USUAL_SECONDS, max(FIRST_SECONDS, elapsed_seconds * FIRST_SHARE))
    return max(at_first, min(LONGEST_SECONDS, elapsed_seconds * SHARE))


def _usage(of_children: bool) -> tuple[float, int]:
    """CPU time, and the most memory in bytes: of this process, or of its children that were waited for, of whose memory
    it is the largest's."""
    if sys.platform == "win32":
        return 0.0, 0
    import resource  # noqa: PLC0415 - Windows has none

    usage = resource.getrusage(resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _own_peak_bytes() -> int:
    """The most memory that this program has had. proc_pid_status(5): what getrusage(2) tells is kept through execve(2),
    so that it may be of a notebook of many gigabytes that started this program."""
    try:
        with open("/proc/self/status", "rb") as status:  # noqa: PTH123 - pathlib would be imported for it
            found = OWN_PEAK.search(status.read())
    except OSError:
        found = None
    return int(found[1]) * 1024 if found else _usage(of_children=False)[1]
