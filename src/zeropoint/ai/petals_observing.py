"""Has a program observe the swarm, beside the appliance, and keeps it going: petals_observer.py, or another in tests.

Whatever it does costs nobody else: its lines are bounded, it is ended with all its children when it is silent or
breaks the rules, and started again after a wait that doubles. It ends by itself when its standard input closes, so
that it does not outlive the appliance, however that ends.
"""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from zeropoint.ai.petals_lines import Lines
from zeropoint.ai.petals_swarm import Message, NotUnderstoodError, parse_message
from zeropoint.probe import Absent
from zeropoint.texts import clean

SCRIPT = Path(__file__).with_name("petals_observer.py")
# Of this process's variables it gets no others: they may hold secrets.
VARIABLES = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
END_SECONDS = 1.0


class Patience(Struct, frozen=True):
    """How long it may take to tell something, at first and later, and the waits before it is started again."""

    first_seconds: float = 120.0
    later_seconds: float = 60.0
    wait_seconds: float = 2.0
    longest_wait_seconds: float = 60.0


def observing(python: str, peers: Sequence[str]) -> "Observing | Absent":
    """By the settings petals_python and petals_peers; why the swarm is not observed where one is not set."""
    unset = [name for name, value in (("petals_peers", peers), ("petals_python", python)) if not value]
    if unset:
        return Absent(f"the swarm is not observed: {' and '.join(unset)} {'are' if unset[1:] else 'is'} not set")
    if not hasattr(os, "killpg"):
        return Absent("the swarm is not observed: hivemind does not run on this system")
    return Observing(python, peers)


class Observing:
    """`look` never waits for it. `python` runs `script` with `peers` as its arguments."""

    def __init__(
        self, python: str, peers: Sequence[str], *, script: Path = SCRIPT, patience: Patience | None = None
    ) -> None:
        self._command = (python, "-I", str(script), *peers)
        self._patience = patience or Patience()
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: Lines | None = None
        self._started_at = 0.0
        self._start_at = float("-inf")
        self._wait_seconds = self._patience.wait_seconds
        self._parsed: tuple[bytes, Message] | None = None
        self._problem = "it has not told anything yet"

    def look(self, now: float) -> Message | Absent:
        """What it told last, while it runs as it should; `now` is the monotonic time."""
        message, trouble = self._newest(now)
        if trouble is not None:
            self._end()
            self._problem = trouble
            self._start_at = now + self._wait_seconds
            self._wait_seconds = min(2 * self._wait_seconds, self._patience.longest_wait_seconds)
        if self._process is None and now >= self._start_at:
            self._start(now)
        if message is not None:
            self._wait_seconds = self._patience.wait_seconds
            return message
        return Absent(clean(f"the swarm's observer: {self._problem}"))

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def close(self) -> None:
        self._end()
        self._start_at = float("inf")

    def _newest(self, now: float) -> tuple[Message | None, str | None]:
        """Its newest message, and why it is to be ended."""
        if self._process is None or self._lines is None:
            return None, None
        lines, ended = self._lines, self._lines.ended
        if lines.fault is not None:
            return None, lines.fault
        if lines.newest is not None:
            if self._parsed is None or self._parsed[0] is not lines.newest:
                try:
                    self._parsed = (lines.newest, parse_message(lines.newest))
                except NotUnderstoodError:
                    return None, "it writes what is not understood"
            if self._parsed[1].problem is not None:
                return None, self._parsed[1].problem
        if ended:
            return None, "it has ended"
        told_at = self._started_at if lines.newest is None else max(self._started_at, lines.told_at)
        if now - told_at > (self._patience.first_seconds if self._parsed is None else self._patience.later_seconds):
            return None, "it is silent"
        return (self._parsed[1] if self._parsed else None), None

    def _start(self, now: float) -> None:
        if self._lines is not None and not self._lines.ended:
            return  # something that escaped its group still holds its output open
        variables = {name: os.environ[name] for name in VARIABLES if name in os.environ}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the operator names the interpreter
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**variables, "OMP_NUM_THREADS": "1"},
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no path"
            self._problem = f"the interpreter that petals_python names cannot be run: {why}"
            self._start_at = now + self._patience.longest_wait_seconds
            return
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        self._lines, self._parsed, self._started_at = Lines(self._process.stdout), None, now

    def _end(self) -> None:
        """Ends it and its children. It has not been waited for yet, so its number cannot be another's."""
        process, self._process, self._parsed = self._process, None, None
        if process is None:
            return
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        if self._lines is not None:
            self._lines.wait(END_SECONDS)
