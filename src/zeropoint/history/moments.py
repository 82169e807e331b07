"""Moments as people and programs write them: RFC 3339, or seconds since 1970 where that is handier."""

import math
from datetime import UTC, datetime, timedelta

LAST_SECONDS = 253_402_300_799  # the end of year 9999, the last that RFC 3339 can write
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ALLOWED = "RFC 3339, as in 2026-11-28T14:03:00Z, or seconds since 1970"


def parse_moment(given: str) -> int | None:
    """Milliseconds since 1970; None for what is no moment."""
    seconds = _seconds(given) if len(given) <= 64 else math.nan
    return round(seconds * 1000) if 0 <= seconds <= LAST_SECONDS else None


def rfc3339(time_ms: int) -> str:
    """The moment in UTC with milliseconds."""
    moment = EPOCH + timedelta(milliseconds=time_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _seconds(given: str) -> float:
    try:
        return float(given)
    except ValueError:
        pass
    try:
        # In a query, a plus that nobody escaped arrives as a space.
        moment = datetime.fromisoformat(given.replace(" ", "+") if "T" in given else given)
    except ValueError:
        return math.nan
    return moment.timestamp() if moment.tzinfo is not None else math.nan
