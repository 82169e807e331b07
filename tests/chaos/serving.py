"""An appliance whose log is kept in a file: a pipe that nobody reads would hold it up as soon as it is full."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.process import PROGRAM, TIMEOUT_SECONDS, Appliance, clean_environment

LEVEL = re.compile(r"level='(\w+)' event='([^']*)'")

# All clients come from one address: the limits are asked, and never reached.
ONE_CLIENT = (
    "--requests-per-second",
    "1000000",
    "--requests-burst",
    "1000000",
    "--max-subscribers-per-client",
    "100000",
)


@contextmanager
def serving(folder: Path, *arguments: str, command: str = "serve") -> Iterator[Appliance]:
    """A process on a free port of its own that is ended in all cases; `errors_of` reads what it wrote."""
    words = [PROGRAM, command, "--port", "0", "--data", str(folder / "data"), *ONE_CLIENT, *arguments]
    with (
        (folder / "log").open("a") as log,
        subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=clean_environment(),
        ) as process,
    ):
        try:
            assert process.stdout is not None
            first_line = process.stdout.readline()
            assert first_line, f"it did not start: {(folder / 'log').read_text()}"
            yield Appliance(process, first_line.strip())
        finally:
            process.terminate()
            try:
                process.wait(TIMEOUT_SECONDS)
            finally:
                process.kill()


def errors_of(folder: Path) -> list[str]:
    """What it called an error."""
    found = LEVEL.findall((folder / "log").read_text())
    return [event for level, event in found if level == "error"]
