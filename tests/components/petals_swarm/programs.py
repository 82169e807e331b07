"""Programs that a scenario starts and follows by what they print."""

import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence

PATIENCE_SECONDS = 90


class Program:
    """A running program; its lines of standard output and errors are kept, and can be waited for."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
        )
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            self._waiting.put(line)
        self._waiting.put(None)

    def until(self, wanted: Callable[[str], bool]) -> str:
        """The first line from now on that is wanted."""
        while (line := self._waiting.get(timeout=PATIENCE_SECONDS)) is not None:
            if wanted(line):
                return line
        raise AssertionError(f"it ended: {''.join(self.lines[-30:])}")

    def say(self, word: str, answer: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        self.until(lambda line: line.startswith(answer))
