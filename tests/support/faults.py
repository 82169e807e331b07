"""Faults of disks and clocks, real ones, for tests of the real process."""

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.process import TIMEOUT_SECONDS

MS_RDONLY, MS_REMOUNT, MNT_DETACH = 1, 32, 2
FAKETIME = "/usr/lib/*/faketime/libfaketimeMT.so.1"


class Disk:
    """A file system in memory with a size of its own."""

    def __init__(self, path: Path, size_bytes: int) -> None:
        self.path = path
        self._size_bytes = size_bytes
        self._filler = path / "filler"

    def fill(self, left_bytes: int = 0) -> None:
        """Takes all space but `left_bytes`."""
        status = os.statvfs(self.path)
        with self._filler.open("ab") as file:
            os.posix_fallocate(file.fileno(), file.tell(), max(1, status.f_bavail * status.f_frsize - left_bytes))

    def free(self) -> None:
        self._filler.unlink()

    def make_read_only(self, is_so: bool) -> None:
        """Raises OSError while a file there is open for writing."""
        _mount(self.path, MS_REMOUNT | (MS_RDONLY if is_so else 0), self._size_bytes)


@contextmanager
def disk(path: Path, size_bytes: int) -> Iterator[Disk]:
    """A disk at `path`; the test is not run where nobody may mount one."""
    path.mkdir()
    try:
        _mount(path, 0, size_bytes)
    except OSError as error:
        pytest.skip(f"NOT RUN: no file system may be mounted here: {error.strerror}")
    try:
        yield Disk(path, size_bytes)
    finally:
        ctypes.CDLL(None).umount2(os.fsencode(path), MNT_DETACH)


def _mount(path: Path, flags: int, size_bytes: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"size={size_bytes}".encode()
    if libc.mount(b"zeropoint-test", os.fsencode(path), b"tmpfs", flags, options) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


@contextmanager
def failing_calls(pid: int, calls: str, error: str) -> Iterator[None]:
    """Until its end, these system calls of a running process fail (strace -e inject)."""
    if shutil.which("strace") is None:
        pytest.skip("NOT RUN: strace is not installed")
    process = subprocess.Popen(
        ["strace", "-f", "-q", "-p", str(pid), "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stderr is not None
        first = process.stderr.readline()  # the first call that it made fail, or why there is none
        if "attach" in first and "ermi" in first:
            pytest.skip("NOT RUN: no process may be traced here")
        assert "INJECTED" in first, first
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=TIMEOUT_SECONDS)


class Chance:
    """Calls of a process and of its children that fail by chance, in the process itself (libfiu): `prefix` runs it."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("fiu-run") is None:
            pytest.skip("NOT RUN: fiu-run is not installed (fiu-utils)")
        self._control = folder / "fiu"
        self.prefix = ("fiu-run", "-x", "-f", str(self._control))

    @contextmanager
    def failing(self, pid: int, point: str, share: float, error: int) -> Iterator[None]:
        """Until its end, such a share of the calls of a point of failure (as in posix/io/rw/pwrite) fail."""
        self._tell(pid, f"enable_random name={point},probability={share},failinfo={error}")
        yield
        self._tell(pid, f"disable name={point}")

    def _tell(self, pid: int, command: str) -> None:
        told = ["fiu-ctrl", "-f", str(self._control), "-c", command, str(pid)]
        subprocess.run(told, check=True, timeout=TIMEOUT_SECONDS, stdout=subprocess.DEVNULL)


class Clock:
    """A wall clock that a test sets; the monotonic one goes on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.shift(0)

    def shift(self, seconds: int) -> None:
        # A rename, so that no half of a line is read.
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.rename(self._file)

    @property
    def environment(self) -> Mapping[str, str]:
        (library, *_) = [str(path) for path in Path("/").glob(FAKETIME[1:])] or [""]
        if not library:
            pytest.skip("NOT RUN: libfaketime is not installed")
        return {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def without_override() -> tuple[str, ...]:
    """What runs a program so that the permissions of files hold for it, also where it is root's."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("NOT RUN: setpriv is not installed")
    capabilities = "-dac_override,-dac_read_search"
    return ("setpriv", f"--bounding-set={capabilities}", f"--inh-caps={capabilities}")
