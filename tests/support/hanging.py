"""A file system whose server does not answer: FUSE, whose first request nobody serves."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def hanging_mount(folder: Path) -> Iterator[None]:
    """While it lasts, whoever looks into `folder` hangs in the kernel; then all of them fail and it is as before."""
    if os.geteuid() != 0 or not Path("/dev/fuse").exists():
        pytest.skip("to mount a file system that hangs takes root and /dev/fuse")
    server = os.open("/dev/fuse", os.O_RDWR)
    try:
        options = f"fd={server},rootmode=40000,user_id=0,group_id=0".encode()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"hanging", os.fsencode(folder), b"fuse", 0, options) != 0:
            pytest.skip(f"no file system may be mounted here: {os.strerror(ctypes.get_errno())}")
        try:
            yield
        finally:
            os.close(server)  # ends all requests with an error
            server = -1
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        if server >= 0:
            os.close(server)
