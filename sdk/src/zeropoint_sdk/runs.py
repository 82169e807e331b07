"""A run: its folder, its run.json, and its rows.

Each row is one write(2) to a file that is open for appending, so rows of several threads and of forked children do not
mix, and what was logged is there when the process is killed. Nothing is buffered, nothing waits, nothing is raised.
"""

import io
import logging
import os
import platform
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Optional, Union

from zeropoint_sdk import label, record
from zeropoint_sdk.rows import PLACES, Rows, plain

log = logging.getLogger("zeropoint_sdk")
MESSAGES = 20  # what goes wrong at each step must not fill a log
INTERRUPTED = 130  # 128 + SIGINT, as shells have it


class _Before(threading.local):
    """When a thread logged last, and the last step that it told."""

    row: "tuple[Optional[float], Optional[float]]" = (None, None)


def run(
    name: str, /, *, kind: str = "training", artifacts: Union[str, "os.PathLike[str]", None] = None, **parameters: Any
) -> "Run":
    """Begins a run. `artifacts` is the directory that Zeropoint watches: $ZEROPOINT_ARTIFACTS, else ./artifacts.

    All further arguments are hyperparameters. Use it in a `with` statement, or call end() yourself.
    """
    return Run(name, kind, artifacts, parameters)


class Run:
    """Made by run(). `folder` is None where nothing can be written; `lost_rows` counts the rows that were not."""

    def __init__(
        self, name: str, kind: str, artifacts: Union[str, "os.PathLike[str]", None], parameters: "dict[str, Any]"
    ) -> None:
        self.folder: Optional[Path] = None
        self.lost_rows = 0
        self.last_step: Optional[float] = None
        self._file: Optional[io.FileIO] = None
        self._torn = False
        self._ended = False
        self._process = os.getpid()
        self._told: set[str] = set()
        self._rows = Rows(self._complain)
        self._before = _Before()
        self._label = ""
        try:
            self._begin(str(name), str(kind), artifacts, parameters)
        except Exception as error:  # noqa: BLE001 - whatever it is, the training goes on
            self._complain("this run is not recorded", error)

    @property
    def id(self) -> Optional[str]:
        return self.folder.name if self.folder else None

    def _begin(
        self, name: str, kind: str, artifacts: Union[str, "os.PathLike[str]", None], parameters: "dict[str, Any]"
    ) -> None:
        now = time.time()
        told = {
            "name": name[:200],
            "kind": kind[:200],
            "host": platform.node(),
            "pid": self._process,
            **record.mark_of(self._process),
            "command": None,
            "started": self._rows.stamp(now),
            "ended": None,
            "exit_code": None,
            "hyperparameters": record.hyperparameters(parameters, self._complain),
            "revision": record.revision(Path()),
        }
        base = artifacts if artifacts is not None else os.environ.get("ZEROPOINT_ARTIFACTS") or "artifacts"
        # Absolute, since the training may change its directory.
        folder = record.make_folder(Path(os.path.abspath(base)), name, now)  # noqa: PTH100 - as the appliance has it
        self._fields = {"id": folder.name, **told}
        try:
            record.write(folder, self._fields)
            self._file = io.FileIO(folder / "steps.jsonl", "ab")
        except OSError:
            record.discard(folder)
            raise
        self.folder = folder
        self._label = f"{folder.parent.name}/{folder.name}"
        label.put(self._label)

    def log(
        self,
        /,
        step: Optional[float] = None,
        *,
        tokens: Optional[float] = None,
        seconds: Optional[float] = None,
        **numbers: Any,
    ) -> None:
        """Writes one row. `tokens` is how many were trained on since the last row; all further numbers are kept.

        The row's step_ms and tokens_s follow from `seconds`, the duration of the step, and where that is not given from
        the time since this thread's last row. What is no number is left out, and told once.
        """
        self.add(step, tokens, seconds, numbers)

    def add(
        self, step: Optional[float], tokens: Optional[float], seconds: Optional[float], numbers: "dict[str, Any]"
    ) -> None:
        """Writes one row, as log does; `numbers` is taken over."""
        try:
            (before, last), now = self._before.row, time.perf_counter()
            if step is not None and type(step) not in PLACES:
                number = plain(step)
                if number is None:  # the row says what it is
                    numbers["step"] = step
                step = number
            passed = now - before if seconds is None and before is not None else seconds
            numbers.pop("timestamp", None)
            derived = {}
            if tokens is not None:
                numbers["tokens"] = tokens
                if passed and "tokens_s" not in numbers:
                    derived["tokens_s"] = tokens / passed
            if "step_ms" in numbers:
                pass
            elif seconds is not None:
                derived["step_ms"] = seconds * 1000
            elif passed and step is not None and last is not None and step > last:
                derived["step_ms"] = passed * 1000 / (step - last)
            if step is not None:
                last = self.last_step = numbers["step"] = step
            self._before.row = (now, last)
            self._write(self._rows.row(time.time(), numbers, derived))
        except Exception as error:  # noqa: BLE001 - values of any type come in here, and the training goes on
            self.lose(error)

    def lose(self, error: Exception) -> None:
        """Counts a row that is lost, and says why."""
        self.lost_rows += 1
        self._complain(f"a row is lost: {type(error).__name__}", error)

    def _write(self, row: bytes) -> None:
        if self._file is None:
            self.lost_rows += 1
            return
        # A full disk may have taken a part of the row before: that costs itself alone.
        row = b"\n" + row if self._torn else row
        if self._file.write(row) == len(row):
            self._torn = False
        else:
            self._torn = True
            self.lost_rows += 1
            self._complain("a row is lost: it was written in part")

    def end(self, exit_code: int = 0) -> None:
        """Records the end. Only the process that began the run does; a forked child ends nothing."""
        try:
            if self._ended:
                return
            self._ended = True
            label.take(self._label)
            if self._file is not None:
                self._file.close()
            if self.folder is not None and os.getpid() == self._process:
                self._fields.update(ended=self._rows.stamp(time.time()), exit_code=exit_code)
                record.write(self.folder, self._fields)
        except Exception as error:  # noqa: BLE001 - as above
            self._complain("the end of this run is not recorded", error)

    def __enter__(self) -> "Run":
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.end(exit_code_of(error))

    def _complain(self, message: str, error: Optional[Exception] = None) -> None:
        """Says it once. Raises nothing: what an error says of itself, and where a log goes, is other people's code."""
        try:
            if error is not None:
                message = f"{message}: {record.as_text(error)}"
            if message not in self._told and len(self._told) < MESSAGES:
                self._told.add(message)
                log.warning("%s", message)
        except Exception:  # noqa: BLE001, S110 - there is nobody left to tell
            pass


def exit_code_of(error: Optional[BaseException]) -> int:
    """What the process would exit with if nothing caught the error."""
    if error is None:
        return 0
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, SystemExit):
        return 0 if error.code is None else error.code & 0xFF if isinstance(error.code, int) else 1
    return 1
