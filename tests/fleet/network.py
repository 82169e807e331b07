"""A network of its own for a process, joined to this machine's by a cable that a test can cut."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

HERE, THERE = "10.231.77.1", "10.231.77.2"


class Cable:
    """`prefix` runs a program at its far end, where this machine is known as HERE."""

    def __init__(self, name: str) -> None:
        self._near = f"{name}n"
        self.prefix = ("ip", "netns", "exec", name)

    def cut(self) -> None:
        _ip("link", "set", self._near, "down")

    def mend(self) -> None:
        _ip("link", "set", self._near, "up")


@contextmanager
def cable() -> Iterator[Cable]:
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("NOT RUN: a network namespace needs root and ip")
    name = f"zp{os.getpid()}"
    _ip("netns", "add", name)
    try:
        _ip("link", "add", f"{name}n", "type", "veth", "peer", "name", f"{name}f", "netns", name)
        _ip("address", "add", f"{HERE}/30", "dev", f"{name}n")
        _ip("link", "set", f"{name}n", "up")
        for command in (("address", "add", f"{THERE}/30", "dev", f"{name}f"), ("link", "set", f"{name}f", "up")):
            _ip("-netns", name, *command)
        _ip("-netns", name, "link", "set", "lo", "up")
        yield Cable(name)
    finally:
        _ip("netns", "delete", name)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
