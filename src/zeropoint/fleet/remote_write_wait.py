"""How long to wait before a request is sent again. Pure: chance and time are arguments."""

from datetime import UTC
from email.utils import parsedate_to_datetime

BACKOFF_BASE_SECONDS = 1.0
BACKOFF_CAP_SECONDS = 60.0
# Longer than this a Retry-After is taken for a mistake.
LONGEST_RETRY_AFTER_SECONDS = 3600.0


def backoff_seconds(failures: int, asked_seconds: float | None, drawn: float) -> float:
    """The wait after `failures` in a row, 1 or more: what the store asked for and, after that, drawn from the whole of
    a ceiling that doubles ("full jitter"), so that those that failed at once do not come back at once. `drawn` is a
    number from 0 to below 1."""
    ceiling = min(BACKOFF_CAP_SECONDS, BACKOFF_BASE_SECONDS * 2.0 ** min(failures - 1, 32))
    return (asked_seconds or 0.0) + drawn * ceiling


def retry_after_seconds(header: str | None, now_seconds: float) -> float | None:
    """A Retry-After header (RFC 9110, 10.2.3: seconds, or a date) as a wait from now; None without a readable one."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_RETRY_AFTER_SECONDS)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    wait = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now_seconds
    return min(max(wait, 0.0), LONGEST_RETRY_AFTER_SECONDS)
