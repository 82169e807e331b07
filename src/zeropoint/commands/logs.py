"""Logs go to standard error, one line a record, values quoted so that no outside text can forge a line."""

import sys
from typing import Any

import structlog


def set_up_logs(level: str, file: Any = None) -> None:
    """Sets up structlog; `file`, a text file, takes the lines in place of standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file or sys.stderr),
    )
