"""What is told of one run in the list of runs: pure functions over its run.json."""

import json
from collections.abc import Mapping
from math import isfinite

from zeropoint.ai.artifacts import Folder
from zeropoint.ai.processes import Life
from zeropoint.ai.rows import LARGEST_COUNT, parse_json_row
from zeropoint.ai.run_receipt import receipt_of
from zeropoint.ai.runs import Run, parse_run
from zeropoint.ai.status import of_latest
from zeropoint.model import RunEntry, RunStatus
from zeropoint.texts import clean, rfc3339

MOST_HYPERPARAMETERS = 64
# Ended by whoever asked it to: 128 and SIGINT, SIGTERM; as Python tells a child's, the negative number.
ASKED_TO_END = {130, 143, -2, -15}

Hyperparameter = bool | int | float | str | None


def entry_of(content: bytes, folder: Folder, life: Life | None) -> RunEntry | None:
    """The run that a run.json in `folder` tells of; None where it is none. `life` is that of its process."""
    run, fields = parse_run(content, folder), parse_json_row(content)
    if run is None or fields is None:
        return None
    name = fields.get("name")
    status, reason = status_of(run, life)
    return RunEntry(
        id=run.id,
        name=clean(name if isinstance(name, str) and name else folder[0]),
        kind=clean(run.kind),
        status=status,
        reason=reason,
        started=time_or_none(run.started),
        ended=time_or_none(run.ended),
        exit_code=run.exit_code,
        receipt=receipt_of(fields.get("receipt")),
        hyperparameters=hyperparameters(fields.get("hyperparameters")),
    )


def status_of(run: Run, life: Life | None) -> tuple[RunStatus, str | None]:
    """The status, and why where that needs saying."""
    if run.exit_code is not None:
        if run.exit_code == 0:
            return "finished", None
        if run.exit_code in ASKED_TO_END:
            return "stopped", f"it was asked to end: exit code {run.exit_code}"
        return "failed", f"it ended with exit code {run.exit_code}"
    if run.ended is not None:
        return "unknown", "it has ended, and does not say how"
    if life == "live":
        return "running", None
    if life is None:
        return "unknown", "it has no end, and its process was not looked for: too many others have none"
    status, reason = of_latest(run, life) or ("unknown", None)
    return ("failed" if status == "failed" else "unknown"), reason


def time_or_none(seconds: float | None) -> str | None:
    try:
        return None if seconds is None else rfc3339(seconds)
    except (ValueError, OverflowError, OSError):  # a year that does not fit
        return None


def hyperparameters(given: object) -> dict[str, Hyperparameter]:
    """At most 64 of them, each of bounded length."""
    if not isinstance(given, Mapping):
        return {}
    chosen = list(given.items())[:MOST_HYPERPARAMETERS]
    return {clean(str(name)): plain(value) for name, value in chosen}


def plain(value: object) -> Hyperparameter:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST_COUNT else clean(str(value))
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    return clean(value if isinstance(value, str) else json.dumps(value))
