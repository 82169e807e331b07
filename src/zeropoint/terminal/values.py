"""Values out of a sample that somebody else sent: of the wanted type or None, texts cleaned, lists bounded.

A sample may come from a newer appliance, from something else at that address, or from one that was taken over; and
the names in a good one are chosen by whoever starts processes. Nothing of it reaches the terminal but by these.
"""

import math
from typing import Any

from zeropoint.client import Record, Sample

LONGEST_TEXT = 200
MOST_ROWS = 500
# Beyond this no amount of anything on a machine lies, and digits fill the screen.
MOST = 1e24


def at(value: Any, *keys: str) -> Any:
    """What stands below `value` at these keys; None where the way breaks off."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def number(value: Any, *keys: str) -> float | None:
    found = at(value, *keys)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return found if -MOST < found < MOST and math.isfinite(found) else None


def text(value: Any, *keys: str, longest: int = LONGEST_TEXT) -> str | None:
    found = at(value, *keys)
    return printable(found, longest) if isinstance(found, str) else None


def rows(value: Any, *keys: str, most: int = MOST_ROWS) -> list[Any] | None:
    """A list's items as far as they are bounded; None where there is no list."""
    found = at(value, *keys)
    return found[:most] if isinstance(found, list) else None


def items(value: Any, *keys: str, most: int = MOST_ROWS) -> list[tuple[str, Any]]:
    """An object's keys, cleaned, with their values."""
    found = at(value, *keys)
    return [(printable(key), found[key]) for key in list(found)[:most]] if isinstance(found, dict) else []


def printable(text: str, longest: int = LONGEST_TEXT) -> str:
    """One line that no terminal takes for anything but text: control characters, those that turn the direction of
    writing, line ends, and what Unicode has not assigned become a replacement character."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def reasons(sample: Sample, most: int = MOST_ROWS) -> Sample:
    """The rows of `unavailable` alone, cleaned, as a sample whose `why` can be asked."""
    told = [(text(row, "path"), text(row, "reason")) for row in rows(sample, "unavailable", most=most) or []]
    return Sample(unavailable=[Record(path=path, reason=reason) for path, reason in told if path and reason])
