"""Moments in queries and answers: RFC 3339, or seconds since 1970 where that is handier."""

import math
from datetime import UTC, datetime

from zeropoint.server.errors import bad_parameter

LAST_SECONDS = 253_402_300_799  # the end of year 9999, the last that RFC 3339 can write


def parse_ms(name: str, given: str) -> int:
    """Milliseconds since 1970. Raises ApiError for what is no moment; `name` is the parameter."""
    seconds = _seconds(given) if len(given) <= 64 else math.nan
    if not 0 <= seconds <= LAST_SECONDS:
        allowed = "RFC 3339, as in 2026-11-28T14:03:00Z, or seconds since 1970"
        raise bad_parameter(name, f"{given[:64]!r} is no moment; it is given as {allowed}")
    return round(seconds * 1000)


def rfc3339(time_ms: int) -> str:
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_rfc3339(moment: str) -> int:
    """Milliseconds since 1970 of a moment that we wrote."""
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


def _seconds(given: str) -> float:
    try:
        return float(given)
    except ValueError:
        pass
    try:
        # A plus that nobody escaped arrives as a space.
        moment = datetime.fromisoformat(given.replace(" ", "+") if "T" in given else given)
    except ValueError:
        return math.nan
    return moment.timestamp() if moment.tzinfo is not None else math.nan
