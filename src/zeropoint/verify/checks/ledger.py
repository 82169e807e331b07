"""How the ledger's totals are checked, and that its parts add up to them; and what this process says of itself."""

from collections.abc import Callable, Mapping

from zeropoint.model import Usage
from zeropoint.verify.checks.cpu import IDLE, MODES, SLACK_SECONDS, seconds_of
from zeropoint.verify.compare import Check, Derived, Level, Unchecked, Values
from zeropoint.verify.growth import Counter, Rate

QUANTITIES = Usage.__struct_fields__
# What it takes from the sample before, so that all numbers of a device are of one moment.
BEFORE = {
    "read_bytes_per_second": "system.disk.read_bytes_per_second",
    "write_bytes_per_second": "system.disk.write_bytes_per_second",
    "received_bytes_per_second": "system.network.bytes_received_per_second",
    "sent_bytes_per_second": "system.network.bytes_sent_per_second",
}
GPUS = {"gpu_percent": "utilization_percent", "gpu_memory_bytes": "memory_used_bytes"}


def number(values: Values, name: str) -> float | None:
    value = values.get(name)
    return None if isinstance(value, str) else value


def of_before(told: str) -> Callable[[str, Values, Values], float | None]:
    return lambda _, __, before: number(before, told)


def of_gpus(field: str) -> Callable[[str, Values, Values], float | None]:
    def compute(_: str, __: Values, before: Values) -> float | None:
        # Not those of a GPU's processes and partitions, which lie a level deeper.
        names = [name for name in before if name.startswith("system.gpus.") and name.endswith(f".{field}")]
        own = [value for name in names if name.count(".") == 3 and (value := number(before, name)) is not None]
        return sum(own) if own else None

    return compute


def closing(name: str, values: Values, _: Values) -> float | None:
    """workloads + other + unattributed - over_attributed."""
    quantity = name.rpartition(".")[2]
    parts = [
        value
        for each in values
        if each.startswith("ledger.workloads.") and each.endswith(f".{quantity}")
        if (value := number(values, each)) is not None
    ]
    rest = [number(values, f"ledger.{part}.{quantity}") or 0.0 for part in ("other", "unattributed")]
    return sum(parts) + sum(rest) - (number(values, f"ledger.over_attributed.{quantity}") or 0.0)


LEDGER: Mapping[str, Check] = {
    "ledger.totals.pids_count": Level(of="system.host.process_count", floor=8, share=0.02),
    "ledger.totals.cpu_percent": Rate(
        of=seconds_of(*(mode for mode in MODES if mode not in IDLE)), scale=100.0, slack=SLACK_SECONDS
    ),
    "ledger.totals.memory_bytes": Level(floor=32 * 1024**2),
    **{
        f"ledger.totals.{quantity}": Derived(source=f"{told} of the sample before", compute=of_before(told))
        for quantity, told in BEFORE.items()
    },
    **{
        f"ledger.totals.{quantity}": Derived(
            source=f"{field} of all GPUs, of the sample before", compute=of_gpus(field)
        )
        for quantity, field in GPUS.items()
    },
    "ledger.totals.power_watts": Unchecked("no second source tells of processors and GPUs together"),
}
CLOSING: Mapping[str, Check] = {
    f"ledger.totals.{quantity}": Derived(source="workloads + other + unattributed - over_attributed", compute=closing)
    for quantity in QUANTITIES
}
OWN: Mapping[str, Check] = {
    "server.cpu_percent": Rate(of=("{row}.cpu_seconds_total",), scale=100.0, slack=0.001),
    "server.cpu_seconds_total": Counter(slack=0.001),
    "server.memory_bytes": Level(floor=16 * 1024**2),
}
