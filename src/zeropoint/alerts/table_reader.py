"""Reads one table of the settings file key by key: each value is checked, and each key is known."""

from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any, TypeVar

T = TypeVar("T")
LONGEST_SHOWN = 80


class AlertsError(Exception):
    """A rule or a channel is wrong. The message is one line that names it, the key, and what is allowed."""


class TableReader:
    """`what` names the table in messages. `is_secret`: its values are shown in none."""

    def __init__(self, table: Mapping[str, Any], what: str, allowed: Iterable[str], *, is_secret: bool = False) -> None:
        self.what = what
        self._table = table
        self._is_secret = is_secret
        for key in table:
            if key not in allowed:
                raise AlertsError(f"{what}: there is no key {key[:LONGEST_SHOWN]!r}; allowed are {', '.join(allowed)}")

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def take(self, key: str, parse: Callable[[Any], T | None], allowed: str, default: T) -> T:
        """The parsed value, or the default where there is none; `parse` answers None for what is not allowed."""
        if key not in self._table:
            return default
        found = parse(self._table[key])
        if found is None:
            shown = "the value" if self._is_secret else repr(self._table[key])[:LONGEST_SHOWN]
            raise self.wrong(key, f"{shown} is not allowed; it is {allowed}")
        return found

    def number(self, key: str) -> float | None:
        return self.take(key, as_number, "a number", None)

    def wrong(self, key: str, message: str) -> AlertsError:
        return AlertsError(f"{self.what}: {key}: {message}")


def texts(value: object) -> tuple[str, ...] | None:
    """A list of texts, or one; none of them empty."""
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) and one for one in listed):
        return None
    return tuple(listed)


def one_of(*words: str) -> Callable[[object], Any]:
    return lambda value: value if value in words and isinstance(value, str) else None


def tables_of(given: object, name: str, most: int) -> list[Mapping[str, Any]]:
    """The tables that are written [[name]]. Raises AlertsError."""
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(table, dict) for table in given):
        raise AlertsError(f"{name}: it is a table for each, written [[{name}]]")
    if len(given) > most:
        raise AlertsError(f"[[{name}]]: there are {len(given)}; {most} are allowed")
    return given


def as_number(value: object) -> float | None:
    """A finite float; None for all else. TOML has whole numbers of any length, which no float may hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None
