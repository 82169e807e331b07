"""A small file system of its own that a real process fills up."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE_BYTES = 320 * 2**20
# It lasts for some minutes.
WRITES = """
import os, sys, time
with open(sys.argv[1], "wb", buffering=0) as file:
    while True:
        file.write(os.urandom(150_000))
        os.fsync(file.fileno())
        time.sleep(0.1)
"""


@contextmanager
def filling(folder: Path) -> Iterator[Path | None]:
    """Where it is mounted; None where it may not be, or there are no loop devices."""
    image, mount = folder / "image", folder / "mount"
    mount.mkdir(parents=True)
    with image.open("wb") as file:
        file.truncate(SIZE_BYTES)
    make = shutil.which("mkfs.ext4", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    commands = [[make or "false", "-q", str(image)], ["mount", "-o", "loop", str(image), str(mount)]]
    if os.geteuid() != 0 or any(subprocess.run(one, check=False, capture_output=True).returncode for one in commands):
        yield None
        return
    try:
        with subprocess.Popen([sys.executable, "-c", WRITES, str(mount / "data")]) as writer:
            try:
                yield mount
            finally:
                writer.kill()
    finally:
        subprocess.run(["umount", str(mount)], check=True)
