"""What two runs are held against one another by: pure functions over a run.json."""

from zeropoint.ai.artifacts import Folder
from zeropoint.ai.rows import parse_json_row
from zeropoint.model import RunEntry, RunRecord, RunSteps
from zeropoint.processes.command_line import redacted
from zeropoint.texts import clean


def record_of(content: bytes, folder: Folder | None, entry: RunEntry, steps: RunSteps) -> RunRecord:
    """`folder` is the run's below runs/; None for the original system's one run, which is no workload of its own."""
    fields = parse_json_row(content) or {}
    return RunRecord(
        entry=entry,
        steps=steps,
        # As the ledger names it, by the label that its processes have.
        workload="run:" + "/".join(folder) if folder else None,
        host=text_or_none(fields.get("host")),
        revision=text_or_none(fields.get("revision")),
        command=command_told(fields.get("command")),
    )


def command_told(given: object) -> str | None:
    """Without what looks like secrets; None for what is no list of texts, or an empty one."""
    if not isinstance(given, list) or not given or not all(isinstance(word, str) for word in given):
        return None
    return clean(redacted(tuple(given)))


def text_or_none(given: object) -> str | None:
    return clean(given) if isinstance(given, str) and given else None
