"""What is left out of the sections that everybody may read: texts that tell more than the section's name says.

A reason may name a path, a host or a program, a GPU's section holds the names of programs that use it, and the ledger
may hold command lines. Whoever made a section public has not made these public.
"""

from typing import Any

NOT_TOLD = "not told without a token"
NAMES = "system.gpus[*].processes[*].name"
COMMANDS = "ledger.workloads[*].command"


def without_details(sample: dict[str, Any]) -> dict[str, Any]:
    """A decoded sample, or a part of one, changed in place: no reasons, no command lines, no names of
    programs on GPUs."""
    _hide_reasons(sample)
    gpus, ledger = (sample.get("system") or {}).get("gpus") or (), sample.get("ledger") or {}
    _empty(sample, NAMES, "name", [one for gpu in gpus for one in gpu.get("processes") or ()])
    _empty(sample, COMMANDS, "command", ledger.get("workloads") or [])
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
            if key == "reason" and isinstance(item, str):
                value[key] = NOT_TOLD
            else:
                _hide_reasons(item)
