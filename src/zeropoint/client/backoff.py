"""How long to wait before the next attempt. Pure: chance and time are arguments."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from zeropoint.client.timing import Timing

Random = Callable[[], float]
"""Draws a number from 0 to below 1."""

LONGEST_RETRY_AFTER_SECONDS = 3600.0
"""Longer than this a Retry-After is taken for a mistake."""
MOST_DOUBLINGS = 32
"""Far beyond any cap, and still a float."""


def backoff_seconds(failures: int, retry_seconds: float | None, timing: Timing, random: Random) -> float:
    """The wait after `failures` failed attempts in a row (1 or more).

    The first wait is exactly what the server asked for: it has drawn `retry` for the number of subscribers that it has,
    and a second draw here would bunch them again. After that the ceiling doubles, is capped, and the wait is drawn from
    the whole of it ("full jitter"); capping after the draw would heap clients up at the cap.
    """
    if failures <= 1 and retry_seconds is not None:
        return retry_seconds
    # A server may ask for no wait at all, but not for attempts without end or pause.
    first = max(retry_seconds or 0.0, timing.backoff_base_seconds)
    return random() * _doubled(first, failures - 1, timing.backoff_cap_seconds)


def probe_seconds(attempts: int, timing: Timing, random: Random) -> float:
    """The wait before a stream that does not work is tried again beside polls that do: half certain, half drawn."""
    ceiling = _doubled(timing.probe_base_seconds, attempts, timing.probe_cap_seconds)
    return ceiling / 2 + random() * ceiling / 2


def retry_after_seconds(header: str | None, now_epoch_seconds: float) -> float | None:
    """A Retry-After header (RFC 9110, 10.2.3: seconds, or a date) as a wait from now; None without a readable one."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        # A number of thousands of digits is more than int() reads.
        wait = float(text)
    else:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = _aware(date).timestamp() - now_epoch_seconds
    return min(max(wait, 0.0), LONGEST_RETRY_AFTER_SECONDS)


def _aware(date: datetime) -> datetime:
    """HTTP dates are in GMT, also those that say so with `-0000`."""
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _doubled(first: float, times: int, cap: float) -> float:
    return float(min(cap, first * 2 ** min(max(0, times), MOST_DOUBLINGS)))
