"""Durations as people write them: 90, "90s", "5m", "2h", "1d"."""

import re

UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
WRITTEN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)([smhd]?)")
LONGEST_SECONDS = 30 * 86400.0
ALLOWED = 'seconds, or a number with s, m, h or d, as in "5m"; at most 30 d'


def parse_duration(value: object) -> float | None:
    """Seconds; None for what is no duration."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        seconds = value
    elif isinstance(value, str) and (matched := WRITTEN.fullmatch(value)):
        seconds = float(matched[1]) * UNITS[matched[2] or "s"]
    else:
        return None
    # Compared before it becomes a float, which not every whole number fits in.
    return float(seconds) if 0 <= seconds <= LONGEST_SECONDS else None


def in_words(seconds: float) -> str:
    """As in 90 s, 5 min, 2.5 h, 3 d: two minutes and more in minutes."""
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * length or seconds == length:
            return f"{round(seconds / length, 1):g} {unit}"
    return f"{round(seconds, 1):g} s"
