"""Which processes hold a GPU open through the kernel's DRM: those with a descriptor of /dev/dri/*.

There is no list of them. To look through the descriptors of 2,000 processes takes tens of milliseconds, so each process
is looked at every 10 s, in turns; one that is younger than that in each reading, since programs open a GPU as they
start. A process that opens one later is found within 10 s.
"""

import os

from msgspec import Struct

from zeropoint.host.gpu_process_names import KERNEL_THREAD, flags_of, shows_all_processes
from zeropoint.probe import Roots

LOOK_SECONDS = 10
DEVICES = "/dev/dri/"
# Of one process; a program with more descriptors has its GPU among the first, which it opened as it started.
MOST_DESCRIPTORS = 4096
NO_PERMISSION = "needs permission (root, or CAP_SYS_PTRACE) to see what processes of other users hold open"
OWN_NAMESPACE = "this /proc is of a PID namespace and shows no process outside it"
HIDDEN = "/proc does not show the processes of others"


class OpenDevice(Struct, frozen=True):
    """A descriptor of a device; `node` is its name below /dev/dri."""

    pid: int
    descriptor: str
    node: str


class DrmHolders:
    """After look(): `opened`, and why some processes may be missing from it (`shortfall`, None when none are)."""

    def __init__(self) -> None:
        self.opened: list[OpenDevice] = []
        self.shortfall: str | None = None
        # By process: when it was first seen, and when it is to be looked at again.
        self._turns: dict[int, tuple[float, float]] = {}
        self._found: dict[int, list[OpenDevice]] = {}
        self._refused: set[int] = set()
        self._first = True

    def look(self, roots: Roots, now: float) -> None:
        pids = [int(name) for name in os.listdir(roots.proc) if name.isdigit()]  # noqa: PTH208 - a Path each is dear
        before, self._turns = self._turns, {}
        for pid in pids:
            # Those that were there before the appliance are no young ones; their turns are spread.
            since, turn = before.get(pid) or (now - LOOK_SECONDS if self._first else now, now)
            if now >= turn:
                young = now - since < LOOK_SECONDS
                turn = now if young else now + LOOK_SECONDS - (pid % LOOK_SECONDS if self._first else 0)
                self._look_at(roots, pid)
            self._turns[pid] = (since, turn)
        for gone in before.keys() - self._turns.keys():
            self._found.pop(gone, None)
            self._refused.discard(gone)
        self._first = False
        self.opened = [device for pid in sorted(self._found) for device in self._found[pid]]
        self.shortfall = self._shortfall(roots)

    def _look_at(self, roots: Roots, pid: int) -> None:
        self._found.pop(pid, None)
        self._refused.discard(pid)
        folder = f"{roots.proc}/{pid}/fd"
        try:
            names = os.listdir(folder)  # noqa: PTH208 - a Path each is dear
        except PermissionError:
            flags = flags_of(roots, pid)
            if flags is not None and not flags & KERNEL_THREAD:  # those of the kernel hold nothing open
                self._refused.add(pid)
            return
        except OSError:  # it has ended
            return
        for name in names[:MOST_DESCRIPTORS]:
            try:
                path = os.readlink(f"{folder}/{name}")  # noqa: PTH115 - as above
            except OSError:
                continue
            if path.startswith(DEVICES):
                self._found.setdefault(pid, []).append(OpenDevice(pid, name, path.removeprefix(DEVICES)))

    def _shortfall(self, roots: Roots) -> str | None:
        if 1 not in self._turns:  # mounted with hidepid
            return HIDDEN
        if not shows_all_processes(roots):
            return OWN_NAMESPACE
        return NO_PERMISSION if self._refused else None
