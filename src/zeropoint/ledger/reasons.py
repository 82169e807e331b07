"""Why numbers of a ledger are null."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from zeropoint.ledger.split import QUANTITIES
from zeropoint.model import Ledger, Usage, Waits, Workload
from zeropoint.probe import NEEDS_TWO_READINGS, Missing

NO_SHARES = "the driver tells no process's share of it"
NO_NAMESPACE = "the kernel counts traffic by interface; this workload has none of its own, or not since two readings"
NOT_LOOKED_AT = "looked at for runs, components, kernels of Jupyter and Slurm jobs, as far as 96 processes reach"
NO_GROUP = "no control group of version 2 has the workload alone, or the kernel tells no pressure of it"
NOT_RUN = "needs two readings between which a process could run, and a kernel that counts it (CONFIG_SCHED_INFO)"
SUMS = ("other", "unattributed", "over_attributed", "totals")


def reasons_of(ledger: Ledger, missing: Mapping[str, str], no_disk: str, no_command: str) -> Missing:
    """`missing` says why totals are null, by quantity; `no_disk` why the disk traffic of a workload is, `no_command`
    why its command line is."""
    by_workload = {
        "cpu_percent": NEEDS_TWO_READINGS,
        "read_bytes_per_second": no_disk,
        "write_bytes_per_second": no_disk,
        "received_bytes_per_second": NO_NAMESPACE,
        "sent_bytes_per_second": NO_NAMESPACE,
    }
    if ledger.seconds is None:
        by_workload |= {"read_bytes_per_second": NEEDS_TWO_READINGS, "write_bytes_per_second": NEEDS_TWO_READINGS}
    reasons = Missing()
    for name in nulls(ledger.workloads or ()):
        reasons[f"workloads[*].{name}"] = by_workload.get(name) or missing.get(name, NO_SHARES)
    if any(one.command is None for one in ledger.workloads or ()):
        reasons["workloads[*].command"] = no_command
    reasons.update(reasons_of_waits(ledger.workloads or ()))
    for part in SUMS:
        for name in nulls([getattr(ledger, part)]):
            otherwise = by_workload.get(name, NO_SHARES)
            reasons[f"{part}.{name}"] = missing.get(name, otherwise)
    if ledger.seconds is None:
        reasons["seconds"] = NEEDS_TWO_READINGS
    return reasons


def reasons_of_waits(workloads: Sequence[Workload]) -> Iterator[tuple[str, str]]:
    """Each of them at most once, for all rows."""
    told = [one.waits for one in workloads if one.waits is not None]
    if any(one.waits is None for one in workloads):
        yield "workloads[*].waits", NOT_LOOKED_AT
    for name in Waits.__struct_fields__:
        if any(getattr(one, name) is None for one in told):
            why = NO_GROUP if name.startswith("pressure") else NOT_RUN
            yield f"workloads[*].waits.{name}", why


def nulls(parts: Iterable[Usage]) -> list[str]:
    """The quantities that are null in some of them."""
    parts = tuple(parts)
    return [name for name in QUANTITIES if any(getattr(part, name) is None for part in parts)]
