"""A restart of the appliance under a crowd of subscribers, and when each of them came back."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.chaos.serving import serving
from tests.support.process import TIMEOUT_SECONDS
from tests.support.stream import Stream

INTERVAL = ("--interval", "1")


class Restart(NamedTuple):
    """What each subscriber saw, and how many the appliance counted before and after."""

    records: Sequence[dict[str, Any]]
    clients_before: int
    clients_after: int

    @property
    def seconds_away(self) -> list[float]:
        """From the first end to each return, in order."""
        first = min(one["left_at"] for one in self.records)
        return sorted(one["returned_at"] - first for one in self.records)


def busiest(moments: Sequence[float], window: float) -> int:
    """How many of the sorted moments lie within the window that holds most of them."""
    most, first = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def restart(folder: Path, subscribers: int, speed: float, *, is_killed: bool = False) -> Restart:
    """`speed` divides the waits of the subscribers; 1 is real. Killed, it says no goodbye."""
    with serving(folder, *INTERVAL) as started, _crowd(started.port, subscribers, speed) as crowd:
        assert _line(crowd) == "connected"
        before = started.get("/health").json["clients"]
        if is_killed:
            with Stream(started) as stream:
                stream.samples(3)  # a second that was looked after has passed since all are there
            assert started.stop(signal.SIGKILL) == -signal.SIGKILL
        else:
            assert started.stop() == 0
        with serving(folder, *INTERVAL, "--port", str(started.port)) as again:
            records = [json.loads(_line(crowd)) for _ in range(subscribers)]
            after = again.get("/health").json["clients"]
    return Restart(records, before, after)


@contextmanager
def _crowd(port: int, count: int, speed: float) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-m", "tests.chaos.crowd", str(port), str(count), str(speed)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as crowd:
        try:
            yield crowd
        finally:
            assert crowd.stdin is not None
            crowd.stdin.close()
            try:
                crowd.wait(TIMEOUT_SECONDS)
            finally:
                crowd.kill()


def _line(crowd: "subprocess.Popen[str]") -> str:
    assert crowd.stdout is not None
    line = crowd.stdout.readline()
    assert line, "the crowd has ended"
    return line.strip()
