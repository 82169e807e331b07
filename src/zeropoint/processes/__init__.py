"""The processes of the watched machine: listed, followed, and what they hold open. It serves the AI components and the
ledger alike."""

from zeropoint.processes.changes import Changes
from zeropoint.processes.files import NO_PERMISSION, OpenFile, open_files
from zeropoint.processes.process import Process, Processes, Turnover
from zeropoint.processes.table import MAX_AGE_SECONDS, ProcessTable

__all__ = [
    "MAX_AGE_SECONDS",
    "NO_PERMISSION",
    "Changes",
    "OpenFile",
    "Process",
    "ProcessTable",
    "Processes",
    "Turnover",
    "open_files",
]
