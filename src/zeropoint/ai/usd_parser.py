"""Has USD layers parsed by usd-core, where it is installed, one after the other in a process that may crash or hang.

The process is started when there is something to parse, and ended soon after. What became of a file is remembered by
its signature, so that each version of it is parsed once.
"""

import importlib.util
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from zeropoint.ai.artifacts import Signature, signature
from zeropoint.ai.usd_worker import NoWorkerError, Parsed, Worker

# A larger one takes longer than it may, and more memory: it is checked by header and structure alone.
LARGEST_BYTES = 256 * 1024 * 1024
LIMIT_SECONDS = 10.0
KEEP_SECONDS = 5.0
MOST_WAITING, MOST_REMEMBERED = 16_384, 32_768
# A process that parses rests this many times as long: files that change all the time cost a fifth of a core at most.
REST_DUTY = 4

Key = tuple[Signature, str]


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


def installed_version() -> str | None:
    """The version of usd-core that is installed beside the appliance, None where there is none."""
    try:
        return version("usd-core") if importlib.util.find_spec("pxr") else None
    except PackageNotFoundError:
        return None
