"""What the history has of a run: its own workload's series and the machine's, over its life."""

import numpy as np
from msgspec import Struct

from zeropoint.history.queries import Queries
from zeropoint.history.query import Window
from zeropoint.insight.series import Floats

POINTS = 2000
# Of the run's workload in the ledger; title and unit of each.
OF_WORKLOAD = {
    "cpu_percent": ("CPU", "% of a core"),
    "memory_bytes": ("memory", "bytes"),
    "read_bytes_per_second": ("reading from disks", "bytes/s"),
    "write_bytes_per_second": ("writing to disks", "bytes/s"),
    "received_bytes_per_second": ("receiving from the network", "bytes/s"),
    "sent_bytes_per_second": ("sending to the network", "bytes/s"),
    "gpu_percent": ("GPU", "% of a GPU"),
    "gpu_memory_bytes": ("GPU memory", "bytes"),
    "power_watts": ("power", "W"),
    "waits.cpu_wait_percent": ("waiting for a processor", "%"),
}
OF_MACHINE = {
    "system.cpu.usage_percent": ("CPU of the machine", "%"),
    "system.cpu.pressure.some.now_percent": ("tasks that waited for a processor", "% of the time"),
    "system.memory.pressure.some.now_percent": ("tasks that waited for memory", "% of the time"),
    "system.disk.pressure.some.now_percent": ("tasks that waited for disks", "% of the time"),
}
NOT_STORED = "the history has nothing of this run: it ran elsewhere, unseen, or longer ago than is kept"


class RunSeries(Struct, frozen=True):
    """By name in OF_WORKLOAD or OF_MACHINE the values (n,) that were stored, the oldest first; else why there are none
    at all."""

    values: dict[str, Floats]
    reason: str | None = None


def read_series(workload: str | None, from_ms: int, to_ms: int, queries: Queries) -> RunSeries:
    """Over [from_ms, to_ms). Raises Fault and TooSlowError.

    The machine's numbers are told where the history has the run too: it may have run on another machine.
    """
    if workload is None:
        return RunSeries({}, "it is no workload of its own in the ledger")
    if to_ms <= from_ms:
        return RunSeries({}, "its end lies before its beginning")
    stored = {f"ledger.workloads.{workload}.{name}": name for name in OF_WORKLOAD}
    stored |= {name: name for name in OF_MACHINE}
    # A name with a `*` in it would stand for others.
    if "*" in workload:
        return RunSeries({}, "its name has a character that stands for any")
    answered = queries.ask(list(stored), Window(from_ms, to_ms, POINTS))
    found = {}
    for name, row in zip(answered.names, answered.stretch.mean, strict=True):
        values = row[np.isfinite(row)]
        if len(values) and name in stored:
            found[stored[name]] = values
    if not found.keys() & OF_WORKLOAD.keys():
        return RunSeries({}, NOT_STORED)
    return RunSeries(found)
