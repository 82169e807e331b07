"""The receipt in a run.json, as far as it is one: pure, bounded, and nothing in it is believed to be what it should.

What is missing in it, or is of another kind, is null with a reason.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any, get_args

from zeropoint.ai.rows import LARGEST_COUNT
from zeropoint.model import Limit, LimitCause, LimitOf, Receipt, Unavailable
from zeropoint.texts import clean

REALS = (
    "wall_seconds",
    "cpu_seconds",
    "gpu_seconds",
    "gpu_energy_joules",
    "cpu_energy_joules",
    "watch_cpu_seconds",
)
COUNTS = ("peak_memory_bytes", "peak_gpu_memory_bytes", "peak_processes", "read_bytes", "write_bytes")
MOST_LIMITS = 16
MOST_REASONS = 32
NOT_TOLD = "run.json does not tell it"
CAUSES, WHOSE = get_args(LimitCause), get_args(LimitOf)


def receipt_of(given: object) -> Receipt | None:
    """None for what is no receipt at all."""
    if not isinstance(given, Mapping):
        return None
    values: dict[str, Any] = {name: real(given.get(name)) for name in REALS}
    values |= {name: count(given.get(name)) for name in COUNTS}
    limits = given.get("limits")
    values["limits"] = limits_in(limits) if isinstance(limits, list) else None
    reasons = reasons_in(given.get("unavailable"))
    for name in values:
        if values[name] is None:
            reasons.setdefault(name, NOT_TOLD)
    rows = [Unavailable(path=path, reason=reason) for path, reason in reasons.items() if values.get(path) is None]
    return Receipt(**values, unavailable=rows)


def limits_in(given: list[object]) -> list[Limit]:
    """Those that this version knows."""
    found: list[Limit] = []
    for row in given[:MOST_LIMITS]:
        if not isinstance(row, Mapping) or row.get("cause") not in CAUSES or row.get("of") not in WHOSE:
            continue
        found.append(
            Limit(
                cause=row["cause"],
                seconds=real(row.get("seconds")),
                share_percent=real(row.get("share_percent")),
                count=count(row.get("count")),
                of=row["of"],
            )
        )
    return found


def reasons_in(given: object) -> dict[str, str]:
    """By path, at most 32."""
    rows = given[:MOST_REASONS] if isinstance(given, list) else []
    return {
        clean(row["path"]): clean(row["reason"])
        for row in rows
        if isinstance(row, Mapping) and isinstance(row.get("path"), str) and isinstance(row.get("reason"), str)
    }


def real(value: object) -> float | None:
    """A number that is finite and not below 0."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) and number >= 0 else None


def count(value: object) -> int | None:
    """A whole number that JavaScript has exactly."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and isinstance(value, int) and 0 <= value <= LARGEST_COUNT else None
