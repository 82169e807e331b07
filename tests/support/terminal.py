"""A program in a real pseudo-terminal, and what a person would see on it."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyte

from tests.support.process import PROGRAM, TIMEOUT_SECONDS, clean_environment


class Terminal:
    """`received` are all bytes that the program wrote; `lines` is the screen that they make."""

    def __init__(self, process: "subprocess.Popen[bytes]", descriptor: int, columns: int, rows: int) -> None:
        self.process = process
        self.received = b""
        self._descriptor = descriptor
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def press(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def until(self, condition: Callable[["Terminal"], bool], what: str) -> None:
        """Reads what the program writes until the screen is so. A program that never gets there fails the test."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not condition(self):
            assert time.monotonic() < deadline, f"never {what}:\n{self.text}"
            assert self._read(), f"it ended before {what}:\n{self.text}"

    def sees(self, words: str) -> None:
        self.until(lambda terminal: words in terminal.text, f"saw {words!r}")

    def status(self, words: str) -> None:
        """Waits until the first line has these words."""
        self.until(lambda terminal: words in terminal.lines[0], f"had {words!r} in the first line")

    def end(self) -> int:
        """Reads all to the end; the exit code."""
        while self._read():
            pass
        return self.process.wait(TIMEOUT_SECONDS)

    def _read(self) -> bool:
        """Whether there may be more."""
        ready, _, _ = select.select([self._descriptor], [], [], 1.0)
        if not ready:
            return self.process.poll() is None
        try:
            content = os.read(self._descriptor, 65536)
        except OSError:  # the other end is closed: Linux says EIO
            return False
        self.received += content
        self._stream.feed(content)
        return bool(content)


@contextmanager
def terminal(*arguments: str, columns: int = 100, rows: int = 40, **environment: str) -> Iterator[Terminal]:
    """`zeropoint ARGUMENTS` on a terminal of its own; ended in all cases."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(
        [PROGRAM, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=clean_environment(**{"TERM": "xterm-256color", "COLORTERM": "", **environment}),
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours, columns, rows)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait(TIMEOUT_SECONDS)
        os.close(ours)
