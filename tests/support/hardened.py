"""The real process as deploy/zeropoint.service has it run, where systemd is not process 1."""

import os
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "zeropoint.service"
CONFINE = ROOT / "tests" / "security" / "confine.py"
NOBODY = 65_534
# All but the data directory and a /tmp of its own can be read only, as ProtectSystem=strict and PrivateTmp= have it.
VIEW = """
{interpreter}
mount --bind {data} {data}
mount -t tmpfs -o mode=1777 tmp /tmp
for place in $(cut -d ' ' -f 5 /proc/self/mountinfo); do
    case "$place" in {data} | /tmp | /tmp/* | /proc* | /sys* | /dev*) ;; *) mount -o remount,bind,ro "$place" ;; esac
done
exec "$@"
"""

# An interpreter in a home that is closed to others is shown without the rest of that home.
INTERPRETER = """
mount --bind {prefix} /mnt
mount -t tmpfs -o mode=755 home {home}
mkdir -p {prefix}
mount --bind /mnt {prefix}
umount /mnt
"""


class Hardened(NamedTuple):
    """`prefix` is what runs a program so, `data` the one place that it may write to, `shared` one that it may read."""

    prefix: tuple[str, ...]
    data: Path
    shared: Path


@contextmanager
def hardened(capabilities: str = "") -> Iterator[Hardened]:
    """As a user without a name, without capabilities but those that are named as in `+sys_ptrace`, with the unit's
    filters of system calls and sockets. Skips where there is no right to make such a place."""
    if os.geteuid() != 0 or not _may_mount():
        pytest.skip("NOT RUN: to take rights away from a process takes those of root")
    if missing := [name for name in ("setpriv", "systemd-analyze") if shutil.which(name) is None]:
        pytest.skip(f"NOT RUN: {', '.join(missing)} is not installed")
    if any(not path.stat().st_mode & stat.S_IXOTH for path in (ROOT, *ROOT.parents)):
        pytest.skip("NOT RUN: the checkout lies in a home that is closed to others")
    # Not below the folder of pytest: that one is root's alone.
    with tempfile.TemporaryDirectory(prefix="zeropoint-hardened-", dir="/var/tmp") as made:
        Path(made).chmod(0o711)
        data, shared = Path(made) / "data", Path(made) / "shared"
        data.mkdir(mode=0o700)
        os.chown(data, NOBODY, NOBODY)
        shared.mkdir(mode=0o755)
        view = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", _view(data)]
        user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        kept = ",".join(filter(None, ["-all", capabilities]))
        rights = [f"--bounding-set={kept}", f"--inh-caps={kept}", f"--ambient-caps={kept}", "--no-new-privs"]
        filters = [sys.executable, str(CONFINE), str(UNIT)]
        yield Hardened((*view, "sh", *user, *rights, *filters), data, shared)


def _view(data: Path) -> str:
    closed = [path for path in Path(sys.base_prefix).parents if not path.stat().st_mode & stat.S_IXOTH]
    home = INTERPRETER.format(prefix=shlex.quote(sys.base_prefix), home=shlex.quote(str(closed[-1]))) if closed else ""
    return VIEW.format(data=shlex.quote(str(data)), interpreter=home)


def _may_mount() -> bool:
    command = ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
