"""A real process that holds a file open, and writes into it when it is told to."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WRITER = """
import os, sys
file = os.open(sys.argv[1], int(sys.argv[2]), 0o644)
print("open", flush=True)
for line in sys.stdin:
    order, _, text = line.rstrip("\\n").partition(" ")
    if order == "append":
        os.lseek(file, 0, os.SEEK_END)
        os.write(file, (text + "\\n").encode())
    elif order == "over":
        os.pwrite(file, text.encode(), 0)
    elif order == "read":
        os.lseek(file, 0, os.SEEK_SET)
        os.read(file, 1000)
    elif order == "close":
        os.close(file)
    print(order, flush=True)
"""


class Writer:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.pid = process.pid

    def tell(self, order: str) -> None:
        """Returns when it is done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip() == order.partition(" ")[0]


@contextmanager
def holding(path: Path, flags: int, python: Path | str = sys.executable) -> Iterator[Writer]:
    """A process that has opened the file with these flags of open(2), until the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [python, "-c", WRITER, path, str(flags)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "open"
        yield Writer(process)
    finally:
        process.kill()
        process.communicate()
