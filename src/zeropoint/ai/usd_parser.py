"""Has USD layers parsed by usd-core, where it is installed, one after the other in a process that may crash or hang.

The process is started when there is something to parse, and ended soon after. What became of a file is remembered by
its signature, so that each version of it is parsed once.
"""

import importlib.util
import json
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from zeropoint.ai.artifacts import Signature, signature
from zeropoint.ai.texts import clean

# A larger one takes longer than it may, and more memory: it is checked by header and structure alone.
LARGEST_BYTES = 256 * 1024 * 1024
LIMIT_SECONDS = 10.0
START_LIMIT_SECONDS = 30.0
KEEP_SECONDS = 5.0
MOST_WAITING, MOST_REMEMBERED = 16_384, 32_768
# A process that parses rests this many times as long: files that change all the time cost a fifth of a core at most.
REST_DUTY = 4
LONGEST_ANSWER_BYTES = 4096

Key = tuple[Signature, str]


class Parsed(NamedTuple):
    """`valid` is None where that could not be found out."""

    valid: bool | None
    why: str | None


class UsdParser:
    """Parses files in the background; one for the whole life of a component."""

    def __init__(self, limit_seconds: float = LIMIT_SECONDS, python: str = sys.executable) -> None:
        self._limit_seconds = limit_seconds
        self._python = python
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._asked: queue.SimpleQueue[tuple[Key, Callable[[], int]]] = queue.SimpleQueue()
        self._waiting: set[Key] = set()
        self._parsed: dict[Key, Parsed] = {}
        self._worker: Worker | None = None
        self.installed = installed_version()
        # Why it can not be used, although it is installed.
        self.failure: str | None = None

    @property
    def usable(self) -> bool:
        return self.installed is not None and self.failure is None

    @property
    def waiting_count(self) -> int:
        return len(self._waiting)

    def known(self, file: Signature, suffix: str) -> Parsed | None:
        """What became of it; None for a file that waits, or was never asked for."""
        return self._parsed.get((file, suffix))

    def is_waiting(self, file: Signature, suffix: str) -> bool:
        return (file, suffix) in self._waiting

    def ask(self, file: Signature, suffix: str, opened: Callable[[], int]) -> None:
        """Has the file parsed soon; `opened` opens it, once its turn has come. When too many wait, it is not taken."""
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                return
            self._waiting.add((file, suffix))
            self._asked.put(((file, suffix), opened))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="usd-core", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            try:
                key, opened = self._asked.get(timeout=KEEP_SECONDS)
            except queue.Empty:
                self._end_worker()
                with self._lock:
                    if self._asked.empty():
                        self._thread = None
                        return
                continue
            parsed, seconds = self._parse(key, opened)
            with self._lock:
                self._waiting.discard(key)
                if parsed is not None:
                    self._parsed[key] = parsed
                    if len(self._parsed) > MOST_REMEMBERED:
                        del self._parsed[next(iter(self._parsed))]
            time.sleep(REST_DUTY * seconds)

    def _parse(self, key: Key, opened: Callable[[], int]) -> tuple[Parsed | None, float]:
        """What became of it, and how long that took. None for a file that has changed meanwhile: it is asked anew."""
        file, suffix = key
        if self.failure is not None:
            return None, 0.0
        try:
            descriptor = opened()
        except OSError:
            return None, 0.0
        try:
            if signature(os.fstat(descriptor)) != file:
                return None, 0.0
            if self._worker is None:
                self._worker = Worker(self._python)
            began = time.monotonic()
            parsed = self._worker.parse(descriptor, suffix, self._limit_seconds)
            seconds = time.monotonic() - began
            # What crashed it may have been that the file was cut under its hands.
            return (parsed if signature(os.fstat(descriptor)) == file else None), seconds
        except NoWorkerError as error:
            self.failure = str(error)
            return None, 0.0
        finally:
            os.close(descriptor)
            if self._worker is not None and self._worker.ended:
                self._end_worker()

    def _end_worker(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None


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


def installed_version() -> str | None:
    """The version of usd-core that is installed beside the appliance, None where there is none."""
    try:
        return version("usd-core") if importlib.util.find_spec("pxr") else None
    except PackageNotFoundError:
        return None


def environment() -> dict[str, str]:
    """What the process needs to know, and none of the appliance's own settings."""
    kept = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "TMPDIR", "VIRTUAL_ENV", "LANG", "SYSTEMROOT")
    given = {name: os.environ[name] for name in kept if name in os.environ}
    return {**given, "PXR_WORK_THREAD_LIMIT": "1", "PYTHONDONTWRITEBYTECODE": "1"}
