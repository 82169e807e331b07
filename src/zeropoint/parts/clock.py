"""The wall clock, as those that are asked for a time of the past take it."""

from zeropoint.server.tokens import utc_now


def now_ms() -> int:
    return int(utc_now().timestamp() * 1000)
