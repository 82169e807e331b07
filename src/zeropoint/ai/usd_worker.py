"""The process in which usd-core parses layers (usd_check.py), as who asks it sees it: it may crash or hang."""

import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from typing import NamedTuple

from zeropoint.texts import clean

START_LIMIT_SECONDS = 30.0
LONGEST_ANSWER_BYTES = 4096


class Parsed(NamedTuple):
    """`valid` is None where that could not be found out."""

    valid: bool | None
    why: str | None


class NoWorkerError(Exception):
    """The process could not be started; the text says why."""


class Worker:
    """A running `python -m zeropoint.ai.usd_check`. Raises NoWorkerError where it does not start."""

    def __init__(self, python: str) -> None:
        self.ended = False
        self._folder = tempfile.TemporaryDirectory(prefix="zeropoint-usd-")
        self._socket, its_end = socket.socketpair()
        with its_end:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, and a folder of our own
                [python, "-m", "zeropoint.ai.usd_check", self._folder.name],
                stdin=its_end.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(),
                cwd="/",
            )
        try:
            self._answer(START_LIMIT_SECONDS)
        except (OSError, ValueError) as error:
            self.end()
            raise NoWorkerError(clean(f"usd-core does not start: {self._ending(error)}")) from None

    def parse(self, descriptor: int, suffix: str, limit_seconds: float) -> Parsed:
        """What usd-core says of the file. Afterwards the process may have ended."""
        try:
            socket.send_fds(self._socket, [suffix.encode()], [descriptor])
            why = self._answer(limit_seconds)
        except TimeoutError:
            self.end()
            return Parsed(None, f"usd-core needs more than {limit_seconds:g} s for it")
        except (OSError, ValueError) as error:
            self.end()
            return Parsed(False, f"usd-core cannot read it: {self._ending(error)}")
        return Parsed(why is None, None if why is None else clean(why))

    def _answer(self, limit_seconds: float) -> str | None:
        """The next line. Raises TimeoutError, ConnectionError, ValueError for what is no such line."""
        deadline, line = time.monotonic() + limit_seconds, b""
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._socket], [], [], left)[0]:
                raise TimeoutError("no answer")
            part = self._socket.recv(LONGEST_ANSWER_BYTES)
            if not part or len(line) > LONGEST_ANSWER_BYTES:
                raise ConnectionError("no answer")
            line += part
        answer = json.loads(line)
        if answer is not None and not isinstance(answer, str):
            raise ValueError("no answer")
        return answer

    def _ending(self, error: Exception) -> str:
        code = self._process.returncode
        if code is None or code >= 0 or isinstance(error, TimeoutError):
            return f"it ended with {code}" if code else str(error)
        if -code == signal.SIGXCPU:
            return "it took more CPU time than it may"
        return f"it ended by {signal.Signals(-code).name}"

    def end(self) -> None:
        if self.ended:
            return
        self.ended = True
        self._socket.close()
        try:
            # One that answers no longer is given no time, one that has crashed a little to be seen as such.
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


def environment() -> dict[str, str]:
    """What the process needs to know, and none of the appliance's own settings."""
    kept = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "TMPDIR", "VIRTUAL_ENV", "LANG", "SYSTEMROOT")
    given = {name: os.environ[name] for name in kept if name in os.environ}
    return {**given, "PXR_WORK_THREAD_LIMIT": "1", "PYTHONDONTWRITEBYTECODE": "1"}
