"""free, of procps: the machine's memory."""

from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Tool

COLUMNS = ("total", "used", "free", "shared", "buffers", "cached", "available")


def parse_free(printed: bytes) -> Facts:
    """The rows "Mem:" and "Swap:" of `free -b -w`, in bytes. Its "used" is another one than ours in old versions."""
    rows = {name: [int(each) for each in rest.split()] for name, _, rest in _rows(printed)}
    amounts = dict(zip(COLUMNS, rows["Mem"], strict=True))
    used = amounts["total"] - amounts["available"]
    facts: dict[str, float] = {f"system.memory.{name}_bytes": amount for name, amount in amounts.items()}
    facts["system.memory.used_bytes"] = used
    facts["system.memory.usage_percent"] = 100.0 * used / amounts["total"]
    total, used, free = rows["Swap"]
    facts |= {
        "system.memory.swap.total_bytes": total,
        "system.memory.swap.used_bytes": used,
        "system.memory.swap.free_bytes": free,
    }
    if total:
        facts["system.memory.swap.usage_percent"] = 100.0 * used / total
    return facts


def _rows(printed: bytes) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in printed.decode().splitlines() if ":" in line]


TELLS = (
    *(f"system.memory.{name}_bytes" for name in COLUMNS),
    "system.memory.usage_percent",
    *(f"system.memory.swap.{name}" for name in ("total", "used", "free", "usage")),
)
FREE = Tool("free -b -w", "procps", TELLS, parse_free)
