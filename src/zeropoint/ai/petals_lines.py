"""Lines that another program writes, read as they come and held to bounds, whatever it writes."""

import os
import threading
import time
from typing import IO

LONGEST_LINE_BYTES = 512 * 1024
# More than this in a window of so many seconds is a flood.
WINDOW_SECONDS, MOST_IN_WINDOW_BYTES = 10.0, 4 * 1024 * 1024


class Lines:
    """Reads `source` on a daemon thread until it ends, and keeps the newest line alone.

    `fault` says why it stopped reading though there is more, `ended` that it has stopped.
    """

    def __init__(self, source: IO[bytes]) -> None:
        self.newest: bytes | None = None
        self.told_at = time.monotonic()
        self.fault: str | None = None
        self._thread = threading.Thread(target=self._read, args=(source,), name="lines", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Waits for its end."""
        self._thread.join(seconds)

    def _read(self, source: IO[bytes]) -> None:
        # It alone closes what it reads, so that the number of the descriptor is never another file's meanwhile.
        with source:
            rest, size, since = b"", 0, time.monotonic()
            while part := os.read(source.fileno(), 65536):
                now = time.monotonic()
                if now - since > WINDOW_SECONDS:
                    size, since = 0, now
                size += len(part)
                *lines, rest = (rest + part).split(b"\n")
                if lines:
                    self.newest, self.told_at = lines[-1], now
                if len(rest) > LONGEST_LINE_BYTES or any(len(line) > LONGEST_LINE_BYTES for line in lines):
                    self.fault = "it writes a line that is too long"
                elif size > MOST_IN_WINDOW_BYTES:
                    self.fault = "it writes too much"
                if self.fault is not None:
                    self.newest = None
                    return
