"""Runs a program that may hang, print without end or be missing: its cost is bounded in time and memory."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector

from zeropoint.verify.facts import SourceError

LIMIT_SECONDS = 4.0
LIMIT_BYTES = 16 * 1024 * 1024
# Where Debian keeps programs that it thinks are for the superuser alone.
FURTHER_PATHS = ("/usr/sbin", "/sbin")
# As root nothing is run that others may have put into a directory of PATH.
ROOT_PATHS = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
# The programs that run now, so that whoever stops waiting for them can end them.
Running = set["subprocess.Popen[bytes]"]


def run_tool(arguments: Sequence[str], package: str, running: Running) -> bytes:
    """What a program prints, in the C locale; meanwhile it is in `running`. Raises SourceError, in no more than
    LIMIT_SECONDS."""
    name = arguments[0]
    path = shutil.which(name, path=search_path())
    if path is None:
        raise SourceError(f"{name} is not installed (Debian's package {package} has it)")
    deadline = time.monotonic() + LIMIT_SECONDS
    try:
        # A group of its own, so that what it starts ends with it.
        process = subprocess.Popen(  # noqa: S603 - a fixed command
            [path, *arguments[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C", "LANG": "C"},
            start_new_session=True,
        )
    except OSError as error:
        raise SourceError(f"{name} cannot be started: {error.strerror}") from error
    running.add(process)
    try:
        printed = _read_all(process, name, deadline)
        code = process.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise _no_answer(name) from error
    finally:
        running.discard(process)
        _end(process)
    if code != 0:
        raise SourceError(f"{name} ended with exit code {code}")
    return printed


def search_path() -> str:
    """Where programs are looked up, as PATH is written."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return os.pathsep.join(ROOT_PATHS if is_root else (os.environ.get("PATH", os.defpath), *FURTHER_PATHS))


def _no_answer(name: str) -> SourceError:
    return SourceError(f"{name} did not answer within {LIMIT_SECONDS:.0f} s")


def _read_all(process: "subprocess.Popen[bytes]", name: str, deadline: float) -> bytes:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    parts: list[bytes] = []
    size = 0
    with DefaultSelector() as selector:
        selector.register(process.stdout, EVENT_READ)
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise _no_answer(name)
            part = os.read(process.stdout.fileno(), 65536)
            if not part:
                return b"".join(parts)
            parts.append(part)
            size += len(part)
            if size > LIMIT_BYTES:
                raise SourceError(f"{name} printed more than {LIMIT_BYTES // 1024**2} MiB")
            if time.monotonic() > deadline:
                raise _no_answer(name)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends it and what it started. Its number stays its own until it is waited for."""
    if process.stdout is not None:
        process.stdout.close()
    if process.returncode is None:
        _kill(process)
        # One that hangs in the kernel doesn't end; it must not hold up anybody.
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.5)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def end_all(running: Running) -> None:
    """Ends programs that nobody waits for any more; the threads that run them see that they are gone."""
    for process in tuple(running):
        if process.returncode is None:
            _kill(process)
