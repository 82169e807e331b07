"""Rows of steps.jsonl. Formatted by a template: json.dumps of a row takes as long as all the rest of it."""

import json
import time
from collections.abc import Iterable
from typing import Any, Callable, Optional, Union

# Integers beyond this are written as floats; Python writes those of some thousands of digits not at all.
LARGEST_INTEGER = 2**63
TEMPLATES_REMEMBERED = 1024
PLAIN = frozenset((int, float))


def number(value: Any) -> Optional[str]:
    """The value as a JSON number, `null` for None; None for what is no number.

    Scalars of numpy, torch and tinygrad are taken by their item(). NaN and infinity are written as Python's json does.
    """
    if value is None:
        return "null"
    told = plain(value)
    if type(told) is int and not -LARGEST_INTEGER < told < LARGEST_INTEGER:
        told = float(told)
    return None if told is None else repr(told) if told - told == 0 else _not_finite(told)


def plain(value: Any) -> Union[int, float, None]:
    """The value as an int or a float; None for what is no number. Raises what a value of another's type raises."""
    if type(value) is int or type(value) is float:
        return value
    if value is None or isinstance(value, (str, bytes, bytearray)):
        return None
    item = None if isinstance(value, int) else getattr(value, "item", None)  # a bool, an enumeration of numbers
    found = item() if callable(item) else value
    return int(found) if isinstance(found, int) else float(found)


def _not_finite(value: float) -> str:
    if value != value:  # noqa: PLR0124 - that is what NaN is
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


class Rows:
    """Makes rows. What is alike in all rows of the same names, and in all times of the same second, is made once."""

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._second: tuple[int, str] = (-1, "")
        self._templates: dict[tuple[str, ...], str] = {}

    def stamp(self, seconds: float) -> str:
        """The time as RFC 3339 in UTC with milliseconds."""
        return "{}.{:03d}Z".format(*self._parts(seconds))

    def _parts(self, seconds: float) -> tuple[str, int]:
        whole = int(seconds)
        last = self._second
        if last[0] != whole:
            last = self._second = (whole, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)))
        return last[1], int((seconds - whole) * 1000)

    def row(self, seconds: float, numbers: dict[str, Any]) -> bytes:
        """One line. What is no number is left out, and complained of."""
        values: Iterable[Any] = numbers.values()
        if not all_plain(numbers.values()):
            texts = {name: text for name, value in numbers.items() if (text := self._number(name, value)) is not None}
            numbers, values = texts, texts.values()
        names = tuple(numbers)
        template = self._templates.get(names)
        if template is None:
            if len(self._templates) >= TEMPLATES_REMEMBERED:  # names that are made up as the training goes
                self._templates.clear()
            keys = "".join(f", {json.dumps(name)}: ".replace("%", "%%") + "%s" for name in names)
            template = self._templates[names] = f'{{"timestamp": "%s.%03dZ"{keys}}}\n'
        return (template % (*self._parts(seconds), *values)).encode()

    def _number(self, name: str, value: Any) -> Optional[str]:
        text = number(value)
        if text is None:
            self._complain(f"{name} is a {type(value).__name__} and no number")
        return text


def all_plain(values: Iterable[Any]) -> bool:
    """Whether str() of each is its JSON: finite floats and integers of usual size."""
    try:
        return PLAIN.issuperset(map(type, values)) and abs(sum(values)) < LARGEST_INTEGER
    except OverflowError:
        return False
