"""The programs that are measured: started, waited for, weighed, and ended whatever happens."""

import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

PATIENCE_SECONDS = 15.0
NO_MORE: Mapping[str, str] = MappingProxyType({})
CPUCLOCK_SCHED = 2


class MissingError(Exception):
    """Something that a measurement needs is not on this machine; the text says what."""


class Child:
    """A running program. Its standard error goes to a file, which is shown when something fails."""

    def __init__(self, command: tuple[object, ...], environment: Mapping[str, str]) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - end() closes it
        # The kernel ends the program too when this process is killed: then there is nobody left to do it.
        die_with_us = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
        self._process = subprocess.Popen(
            [*die_with_us, *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, **environment},
            text=True,
            start_new_session=True,
        )
        self.pid = self._process.pid

    def answer(self, seconds: float = PATIENCE_SECONDS) -> str:
        """The next line that it prints; the one before must have been taken."""
        assert self._process.stdout
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            raise TimeoutError(f"no line within {seconds:g} s")
        line = self._process.stdout.readline()
        if not line:
            raise ChildProcessError("ended before it answered")
        return line.strip()

    def ask(self, line: str = "") -> str:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self.answer()

    def log(self) -> str:
        """What it wrote to standard error. Read at a position: the file's own is the child's too."""
        return os.pread(self._log.fileno(), 1 << 24, 0).decode(errors="replace")

    def wait_until_listening(self, port: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                return
            time.sleep(0.05)
        raise ChildProcessError(f"does not listen on port {port}")

    def end(self) -> None:
        for how, seconds in ((signal.SIGTERM, 6.0), (signal.SIGKILL, None)):
            with suppress(ProcessLookupError):
                os.killpg(self.pid, how)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
                break
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream:
                stream.close()


@contextmanager
def child(*command: object, environment: Mapping[str, str] = NO_MORE) -> Iterator[Child]:
    """A running program, in a process group of its own that is ended with the block."""
    running = Child(command, environment)
    try:
        yield running
    except Exception as error:
        error.add_note(f"{command[0]} said: {running.log()[-2000:].strip() or 'nothing'}")
        raise
    finally:
        running.end()


# All clients of a measurement come from one address: the limits are asked, and never reached.
ONE_CLIENT = (
    "--requests-per-second",
    "1000000",
    "--requests-burst",
    "1000000",
    "--max-subscribers-per-client",
    "100000",
)


@contextmanager
def zeropoint(*flags: str, environment: Mapping[str, str] = NO_MORE) -> Iterator[tuple[Child, int]]:
    """The real appliance with a data directory of its own, and its port, once it listens."""
    program = Path(sys.executable).with_name("zeropoint")
    if not program.exists():
        raise MissingError(f"zeropoint beside {sys.executable} (make setup)")
    with (
        tempfile.TemporaryDirectory() as data,
        child(program, "serve", "--port", "0", "--data", data, *ONE_CLIENT, *flags, environment=environment) as process,
    ):
        address = process.answer().split("http://")[1].split("/")[0]
        yield process, int(address.rpartition(":")[2])


def allow_descriptors(wanted: int) -> None:
    """Children inherit it. 1,024 open files, the usual limit, are too few for 1,000 subscribers and the rest."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < wanted:
        raise MissingError(f"{wanted} open files (the hard limit, ulimit -Hn, is {hard})")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def pin(pid: int, core: int) -> None:
    """Keeps a process and its living children on one core, where the system lets it: a scheduler that moves them about
    is most of the scatter. Does nothing on a machine of one core."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        return
    cores = sorted(os.sched_getaffinity(0))
    for each in _family(pid):
        for task in Path(f"/proc/{each}/task").iterdir():
            with suppress(ProcessLookupError):
                os.sched_setaffinity(int(task.name), {cores[core % len(cores)]})


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def compiled(source: Path, into: Path) -> Path:
    """Compiles one C file with optimisation; the program lies in the directory `into`."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise MissingError("a C compiler (Debian: apt-get install gcc libc6-dev)")
    program = into / source.stem
    subprocess.run([compiler, "-O2", "-o", program, source], check=True)
    return program


def cpu_seconds(pid: int) -> float:
    """User and system time that a process and its living children have used.

    Read from each process's own CPU clock, in nanoseconds: /proc/PID/stat has only hundredths of a second, and 20 s of
    an idle appliance are some twenty of these. The clock's number is that of clock_getcpuclockid(3).
    """
    return sum(time.clock_gettime((~each << 3) | CPUCLOCK_SCHED) for each in _family(pid))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for each in children.read_text().split():
            yield from _family(int(each))


def memory_bytes(pid: int) -> tuple[int, int]:
    """Resident memory, and the proportional share of it (a page that n processes map counts 1/n for each)."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kib = {name: int(value.split()[0]) for name, _, value in (row.partition(":") for row in rows)}
    return kib["Rss"] * 1024, kib["Pss"] * 1024
