"""DATA/alerts.json: what fires and the last events, so that a restart tells nothing twice and forgets no end.

It is written whole and renamed into place, for its owner alone, on a thread of its own: a disk that hangs must not keep
an alert of it from being told.
"""

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

from zeropoint import files
from zeropoint.alerts.kept import Kept
from zeropoint.model import AlertEvent

log = structlog.get_logger()
FILE = "alerts.json"
VERSION = 1
LIMIT_BYTES = 16 * 1024 * 1024
# Seldom enough for any disk.
SPACING_SECONDS = 1.0


class State(Struct, frozen=True, kw_only=True):
    version: int = VERSION
    firing: list[Kept] = []
    events: list[AlertEvent] = []


def load(file: Path) -> State:
    """The state that was written last; an empty one where there is none, or none that can be read, which is logged."""
    try:
        with file.open("rb") as opened:
            state = msgspec.json.decode(opened.read(LIMIT_BYTES), type=State)
    except FileNotFoundError:
        return State()
    except OSError as error:
        log.warning("the state of alerts cannot be read", reason=error.strerror)
        return State()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # ValidationError is a DecodeError
        log.warning("the state of alerts is damaged; all begin anew")
        return State()
    return state if state.version == VERSION else State()


class StateFile:
    """Writes the newest state that it was given. `claim` makes the folder this process's, or raises OSError."""

    def __init__(self, file: Path, claim: Callable[[], None]) -> None:
        self._file = file
        self._claim = claim
        self._changed = threading.Condition()
        self._content: bytes | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="alerts-state", daemon=True)
        self.failure: str | None = None

    def start(self) -> None:
        self._thread.start()

    def put(self, state: State) -> None:
        """Never waits for the disk."""
        content = msgspec.json.encode(state)
        with self._changed:
            self._content = content
            self._changed.notify()

    def stop(self, timeout_seconds: float) -> None:
        """Writes what it was given last, as far as that goes within the time."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._content is not None or self._closed)
                content, self._content = self._content, None
            if content is None:
                return
            self._write(content)
            with self._changed:
                self._changed.wait_for(lambda: self._closed, SPACING_SECONDS)

    def _write(self, content: bytes) -> None:
        try:
            self._claim()
            files.replace(self._file, content)
        except OSError as error:
            self.failure = f"alerts: {FILE} cannot be written: {error.strerror}"
        else:
            self.failure = None
