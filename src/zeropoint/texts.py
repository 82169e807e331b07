"""Text from outside (artifacts, names of processes and containers), made fit to be shown; times as on the wire."""

from datetime import UTC, datetime
from unicodedata import category

# Control characters, those that turn the direction of what follows or show nothing, line separators, and halves of
# surrogate pairs: file names that are not UTF-8 hold them, JSON may.
UNFIT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
LONGEST_TEXT = 200


def clean(text: str) -> str:
    """One line of bounded length that every encoder takes."""
    if not text.isprintable():
        text = "".join("\ufffd" if category(one) in UNFIT else one for one in text[: 2 * LONGEST_TEXT])
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def rfc3339(seconds: float) -> str:
    """The time in UTC with milliseconds, as in 2026-11-24T09:50:48.123Z."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(value: object) -> float | None:
    """Seconds since 1970 of an RFC 3339 text; UTC where it names no zone. None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
