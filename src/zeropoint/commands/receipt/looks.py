"""What a run takes of the machine, put together look by look, with the parts that the ledger has too."""

import sys
import time
from collections.abc import Set
from contextlib import suppress
from typing import TypeVar

from msgspec import Struct

from zeropoint.commands.receipt.gpus import Gpus
from zeropoint.commands.receipt.group import Group
from zeropoint.commands.receipt.limits import limits_of
from zeropoint.commands.receipt.stalls import Asked, Stalls
from zeropoint.commands.receipt.tree import RunTree
from zeropoint.commands.receipt.use import Use
from zeropoint.commands.receipt.waits import Waits
from zeropoint.flight import Flight
from zeropoint.ledger.accounts import Accounts
from zeropoint.ledger.rapl import ProcessorPower
from zeropoint.ledger.resident import Resident
from zeropoint.model import Receipt, Unavailable
from zeropoint.probe import Absent, Missing, Roots
from zeropoint.processes import Changes, Processes, ProcessTable

TOO_SHORT = "the job had ended before it was looked at"
NO_ANSWER = Absent("the driver of a GPU does not answer")
GPU_LIMIT_SECONDS = 1.0
T = TypeVar("T", int, float)


class Waited(Struct, frozen=True):
    """What the kernel has counted, when the job was waited for, of it and all that were waited for below it.
    `largest_bytes` is the most that one process had; None where it may be another's."""

    cpu_seconds: float
    largest_bytes: int | None


class Looks:
    """All looks at one run; `label` is NAME/ID, None for a run that is not recorded."""

    def __init__(self, pid: int, label: str | None, started: float, roots: Roots | None = None) -> None:
        self._pid = pid
        self._roots = roots or Roots()
        self._table = ProcessTable(max_age_seconds=0.0)
        self.tree = RunTree(pid, label, started)
        self._accounts = Accounts()
        self._of_run = Changes()
        self._use = Use()
        self._resident = Resident()
        self._waits = Waits()
        self._stalls = Stalls()
        self._group = Group()
        self._gpus = Gpus()
        self._gpu_flight: Flight[None] = Flight("receipt of GPUs")
        self._gpu_failure: Absent | None = None
        self._gpu_cpu_seconds = 0.0
        self._power = ProcessorPower()
        self._watts: float | Absent = Absent(TOO_SHORT)
        self._cpu_joules = 0.0
        self._was_powered = False
        self._peak_bytes = self._peak_processes = 0

    def look(self) -> None:
        roots, now = self._roots, time.monotonic()
        listing = self._table.look(roots)
        movement = self._accounts.update(listing, time.time())
        self.tree.update(roots, listing)
        self._use.update(roots, self.tree, movement)
        self._use.forget_gone(self.tree)
        alive = self.tree.alive
        self._resident.update(roots, self._of_run.of(Processes(alive, None)), now)
        self._peak_bytes = max(self._peak_bytes, sum(self._resident.bytes_of(one)[0] for one in alive.values()))
        self._peak_processes = max(self._peak_processes, len(alive))
        used = self._use.in_interval
        ran = movement.cpu_seconds.keys() if movement else ()
        waited = self._waits.update(roots, [one.pid for one in alive.values() if one.identity in ran])
        # Of processes that came and went unseen nobody knows how long they waited.
        waited = None if self._use.by_children > used / 2 else waited
        self._group.update(roots, self._pid, alive.keys(), used > 0)
        self._stalls.update(roots, self._group.pressure_folder, Asked(used > 0, self._use.had_traffic, waited))
        self._look_at_gpus(alive.keys(), now)
        self._watts = self._power.watts(roots, now)
        if not isinstance(self._watts, Absent) and listing.machine is not None:
            self._cpu_joules += self._watts * used / listing.machine.cores_count
            self._was_powered = True

    def _look_at_gpus(self, pids: Set[int], now: float) -> None:
        """A driver that hangs holds up nothing else; when it is back, what it tells counts for the time in between."""
        if self._gpu_flight.in_air:
            return

        def read() -> None:
            try:
                self._gpus.update(self._roots, now, pids)
            except Exception as error:  # noqa: BLE001 - whatever a driver does, the rest is told
                self._gpu_failure = Absent(f"reading it failed: {type(error).__name__}")
            self._gpu_cpu_seconds = time.thread_time()

        with suppress(TimeoutError):
            self._gpu_flight.start(read).result(GPU_LIMIT_SECONDS)

    def _of_gpus(self, value: T | Absent) -> T | Absent:
        return NO_ANSWER if self._gpu_flight.in_air else self._gpu_failure or value

    def receipt(self, wall_seconds: float, waited: Waited | None, watch_cpu_seconds: float) -> Receipt:
        """`waited` is None where the system does not count it; `watch_cpu_seconds` is what the looks took."""
        missing = Missing()
        in_tree = waited.cpu_seconds if waited else self._use.tree_cpu_seconds(self.tree)
        cpu = in_tree if isinstance(in_tree, Absent) else in_tree + self._use.unwaited_cpu_seconds(self.tree)
        disk = self._use.disk_bytes(self.tree)
        peak = max(self._peak_bytes, (waited.largest_bytes or 0) if waited else 0)
        energy = self._watts if isinstance(self._watts, Absent) and not self._was_powered else self._cpu_joules
        receipt = Receipt(
            wall_seconds=round(wall_seconds, 3),
            cpu_seconds=_rounded(missing.take("cpu_seconds", cpu)),
            gpu_seconds=_rounded(missing.take("gpu_seconds", self._of_gpus(self._gpus.gpu_seconds()))),
            gpu_energy_joules=_rounded(missing.take("gpu_energy_joules", self._of_gpus(self._gpus.joules()))),
            cpu_energy_joules=_rounded(missing.take("cpu_energy_joules", energy)),
            peak_memory_bytes=missing.take("peak_memory_bytes", peak or Absent(TOO_SHORT)),
            peak_gpu_memory_bytes=missing.take("peak_gpu_memory_bytes", self._of_gpus(self._gpus.peak_memory_bytes())),
            peak_processes=missing.take("peak_processes", self._peak_processes or Absent(TOO_SHORT)),
            read_bytes=missing.take("read_bytes", disk if isinstance(disk, Absent) else disk[0]),
            write_bytes=missing.take("write_bytes", disk if isinstance(disk, Absent) else disk[1]),
            limits=limits_of(self._stalls, self._group.denied, self._gpus.held_down, wall_seconds),
            watch_cpu_seconds=round(watch_cpu_seconds + self._gpu_cpu_seconds, 3),
        )
        for row, limit in enumerate(receipt.limits or ()):
            for name in ("seconds", "share_percent", "count"):
                if getattr(limit, name) is None:
                    missing[f"limits[{row}].{name}"] = "it is only timed" if name == "count" else "it is only counted"
        if sys.platform == "linux":
            missing.update({f"limits[{cause}]": reason for cause, reason in self._stalls.reasons().items()})
        else:
            missing["limits[*]"] = "this system does not tell what was short"
        return _with_reasons(receipt, missing)


def unwatched(wall_seconds: float, reason: str) -> Receipt:
    """Of a run whose watching failed: nothing but its time is told."""
    names = [name for name in Receipt.__struct_fields__ if name not in ("wall_seconds", "unavailable")]
    return _with_reasons(Receipt(wall_seconds=round(wall_seconds, 3)), Missing(dict.fromkeys(names, reason)))


def _with_reasons(receipt: Receipt, missing: Missing) -> Receipt:
    values = {name: getattr(receipt, name) for name in Receipt.__struct_fields__}
    return Receipt(**{**values, "unavailable": [Unavailable(path=at, reason=why) for at, why in missing.items()]})


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
