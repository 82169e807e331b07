"""Runs a program that may hang, start others or be missing: it is ended with its children when its time is over."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress

OUTPUT_LIMIT_BYTES = 4096
# One that hangs in the kernel does not end; it must not hold up whoever waits.
END_SECONDS = 0.5


class ProgramError(Exception):
    """It has not done what it was to do. The message says why, without its arguments; `output` is what it printed."""

    def __init__(self, message: str, output: bytes = b"") -> None:
        super().__init__(message)
        self.output = output


class Program:
    """One program at a time; another thread may `close` it. What it prints is read only where that is asked for: it may
    hold secrets."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def run(
        self,
        command: Sequence[str],
        given: bytes,
        environment: Mapping[str, str],
        limit_seconds: float,
        *,
        reads_output: bool = False,
    ) -> None:
        """Runs it with `given` on its standard input. Raises ProgramError."""
        process = self._start(command, environment, reads_output)
        try:
            output, _ = process.communicate(given, limit_seconds)
        except subprocess.TimeoutExpired:
            raise ProgramError(f"it was not done after {limit_seconds:g} s, and was ended") from None
        finally:
            self._end(process)
        if process.returncode != 0:
            how = f"signal {-process.returncode}" if process.returncode < 0 else f"exit code {process.returncode}"
            raise ProgramError(f"it ended with {how}", (output or b"")[:OUTPUT_LIMIT_BYTES])

    def close(self) -> None:
        """Ends what runs, and lets nothing start any more."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                _kill(self._process)

    def _start(
        self, command: Sequence[str], environment: Mapping[str, str], reads_output: bool
    ) -> "subprocess.Popen[bytes]":
        with self._lock:
            if self._closed:
                raise ProgramError("the appliance stops")
            try:
                # A session of its own, so that what it starts ends with it.
                self._process = subprocess.Popen(  # noqa: S603 - the operator names it, or it is our own
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE if reads_output else subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=environment,
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else "it is no path"
                raise ProgramError(f"it cannot be started: {why}") from None
            return self._process

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        with self._lock:
            self._process = None
            if process.returncode is None:
                _kill(process)
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """It has not been waited for, so its number is still its own, and its group's."""
    if hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
