"""Real programs that a test starts, and talks to line by line: each line is an event, and nothing waits for a time."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: it changes users, control groups or namespaces")


class Program:
    """A process; `ask` sends a line and returns the one that it answers with."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.pid = process.pid

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().rstrip("\n")

    def tell(self, line: str = "") -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line: str = "") -> str:
        self.tell(line)
        return self.line()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def command(*words: str, environment: Mapping[str, str] | None = None, **options: Any) -> Iterator[Program]:
    """Options are Popen's. It is killed at the end; what it has started ends when its standard input does."""
    variables = {**os.environ, **(environment or {})}
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables, **options
    ) as process:
        try:
            yield Program(process)
        finally:
            process.kill()


@contextmanager
def python(
    code: str, *arguments: str, environment: Mapping[str, str] | None = None, **options: Any
) -> Iterator[Program]:
    """Its first line must be `ready`."""
    with command(sys.executable, "-c", code, *arguments, environment=environment, **options) as program:
        assert program.line() == "ready"
        yield program
