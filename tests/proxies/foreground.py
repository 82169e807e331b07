"""A program of another house, run in the foreground for as long as a test needs it."""

import os
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from tests.support.process import TIMEOUT_SECONDS

KEPT_LINES = 100


class Program(NamedTuple):
    """`ready`: what it writes to standard error as soon as it listens. `package` is Debian's name."""

    package: str
    command: Sequence[str]
    ready: str
    environment: Mapping[str, str]


class Log:
    """Reads standard error to its end, so that the program never waits for us; keeps the last lines."""

    def __init__(self, process: "subprocess.Popen[str]", ready: str) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._ready = ready
        self._settled = threading.Event()
        self._is_ready = False
        self._process = process
        self._thread = threading.Thread(target=self._read, name="log")
        self._thread.start()

    def wait_until_ready(self) -> None:
        assert self._settled.wait(TIMEOUT_SECONDS) and self._is_ready, f"it does not listen: {self.text}"

    @property
    def text(self) -> str:
        return "".join(self._lines)

    def join(self) -> None:
        self._thread.join(TIMEOUT_SECONDS)

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._lines.append(line)
            if self._ready in line:
                self._is_ready = True
                self._settled.set()
        self._settled.set()


@contextmanager
def foreground(program: Program, folder: Path) -> Iterator[Log]:
    """Runs it in a process group of its own, which is ended in all cases."""
    name = program.command[0]
    assert shutil.which(name), f"{name} is missing: apt-get install --no-install-recommends {program.package}"
    # The kernel ends it when the tests are killed, which leaves nobody else to do so.
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", *program.command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        cwd=folder,
        env={**os.environ, **program.environment},
        start_new_session=True,
    )
    log = Log(process, program.ready)
    try:
        log.wait_until_ready()
        yield log
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(TIMEOUT_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.join()
        assert process.stderr is not None
        process.stderr.close()
