"""What is left out of the sections that everybody may read: texts that tell more than the section's name says.

A reason may name a path, a host or a program, a GPU's section holds the names of programs that use it, a component may
tell the address that it is read from, and the ledger command lines. Whoever made a section public has not made these
public.
"""

from typing import Any

NOT_TOLD = "not told without a token"
REASONS = frozenset({"reason", "invalid_reason"})


def without_details(sample: dict[str, Any]) -> dict[str, Any]:
    """A decoded sample, or a part of one, changed in place: no reasons, no addresses of components, no command lines,
    no names of programs on GPUs."""
    _hide_reasons(sample)
    gpus = (sample.get("system") or {}).get("gpus") or ()
    processes = [one for gpu in gpus for one in gpu.get("processes") or ()]
    _empty(sample, "system.gpus[*].processes[*].name", "name", processes)
    _empty(sample, "ledger.workloads[*].command", "command", (sample.get("ledger") or {}).get("workloads") or [])
    for name, component in (sample.get("ai") or {}).get("components", {}).items():
        _empty(sample, f"ai.components.{name}.endpoint", "endpoint", [component])
    return sample


def _empty(sample: dict[str, Any], path: str, key: str, rows: list[dict[str, Any]]) -> None:
    """Makes the values of `key` null, and says so where there were some."""
    told = [row for row in rows if row.get(key) is not None]
    for row in told:
        row[key] = None
    if told:
        sample["unavailable"].append({"path": path, "reason": NOT_TOLD})


def _hide_reasons(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _hide_reasons(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in REASONS and isinstance(item, str):
                value[key] = NOT_TOLD
            else:
                _hide_reasons(item)
