"""Whether the process that a run names still lives on this machine."""

import os
import platform
import re
import sys
from typing import Literal

from msgspec import Struct

from zeropoint.probe import Roots, read_file, read_text

# `started` is written around the start of the process. The wall clock may have been set since: whoever has noted the
# process's own start is not asked by it.
START_SLACK_SECONDS = 5.0
BOOT_TIME = re.compile(rb"^btime (\d+)$", re.MULTILINE)

Life = Literal["live", "gone", "unseen"]


class Mark(Struct, frozen=True):
    """By what a process is the same one, whatever the clock says: the boot it is of (random(4), boot_id), and its start
    in clock ticks since that (proc_pid_stat(5))."""

    boot_id: str
    start_ticks: int


def life_of(
    pid: int | None, run_started: float | None, host: str | None, roots: Roots, mark: Mark | None = None
) -> Life:
    """Whether the run's process lives here, by its mark where there is one and the boot can be told; "unseen" where it
    cannot be told from here."""
    if pid is None or run_started is None or host not in host_names(roots):
        return "unseen"
    if sys.platform == "linux":
        try:
            # Mounted with hidepid, /proc shows nothing of other users' processes, the first one's among them.
            read_text(f"{roots.proc}/1/stat")
        except OSError:
            return "unseen"
    if mark is not None and (boot_id := boot_of(roots)):
        return "live" if mark == Mark(boot_id, start_ticks(roots, pid) or -1) else "gone"
    started = process_start(roots, pid) if sys.platform == "linux" else process_start_by_psutil(pid)
    # One that started after the run did was given the number of a process that has gone.
    return "live" if started is not None and started <= run_started + START_SLACK_SECONDS else "gone"


def host_names(roots: Roots) -> set[str]:
    """The names that the watched machine goes by. Its /proc gives a container its own."""
    names = {platform.node()}
    files = [f"{roots.proc}/sys/kernel/hostname"] + [roots.on_root("/etc/hostname")] * (roots.root != "/")
    for file in files:
        try:
            names.add(read_text(file).strip())
        except OSError:
            continue
    return names


def boot_of(roots: Roots) -> str | None:
    try:
        return read_text(f"{roots.proc}/sys/kernel/random/boot_id").strip() or None
    except OSError:
        return None


def start_ticks(roots: Roots, pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None for one that has ended.

    proc_pid_stat(5): the name in parentheses may hold anything, so fields are counted from its end: state is the
    third, start time the 22nd.
    """
    try:
        fields = read_text(f"{roots.proc}/{pid}/stat").rpartition(")")[2].split()
    except OSError:
        return None
    return None if len(fields) < 20 or fields[0] in ("Z", "X") else int(fields[19])


def process_start(roots: Roots, pid: int) -> float | None:
    """When the process started, in seconds since 1970; None for one that has ended."""
    ticks = start_ticks(roots, pid)
    try:
        boot = BOOT_TIME.search(read_file(f"{roots.proc}/stat"))
    except OSError:
        return None
    return None if boot is None or ticks is None else int(boot[1]) + ticks / os.sysconf("SC_CLK_TCK")


def process_start_by_psutil(pid: int) -> float | None:
    """The same where there is no /proc."""
    import psutil  # noqa: PLC0415 - Linux does without

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None
