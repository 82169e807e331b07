"""Logs go to standard error, one line a record, values quoted so that no outside text can forge a line."""

import logging
import sys

import structlog
from aiohttp.http_exceptions import HttpProcessingError


def set_up_logs(level: str) -> None:
    """Sets up structlog, and aiohttp's own logger."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # Requests that are no HTTP are the client's failure; anybody could fill the log with them.
    logging.getLogger("aiohttp.server").addFilter(_is_our_failure)


def _is_our_failure(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
