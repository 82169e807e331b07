"""Rows of steps.jsonl. Formatted by a template: json.dumps of a row takes as long as all the rest of it."""

import json
import time
from collections.abc import Iterable
from typing import Any, Callable, Optional, Union

# Integers beyond this are written as floats; Python writes those of some thousands of digits not at all.
LARGEST_INTEGER = 2**63
TEMPLATES_REMEMBERED = 1024
# Of None nothing is put in its place: what stands there is null already.
PLACES = {int: "%d", float: "%s", type(None): "null%.0s"}
DERIVED = "%.9g"


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
    """Makes rows. What is alike in all rows of the same names and types, and in all times of the same second, is made
    once."""

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._second: tuple[int, str] = (-1, "")
        # By the names and the types of the values; None and the names for values that are texts already.
        self._templates: dict[tuple[object, ...], str] = {}

    def stamp(self, seconds: float) -> str:
        """The time as RFC 3339 in UTC with milliseconds."""
        return "{}.{:03d}Z".format(*self._parts(seconds))

    def _parts(self, seconds: float) -> tuple[str, int]:
        whole = int(seconds)
        last = self._second
        if last[0] != whole:
            last = self._second = (whole, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)))
        return last[1], int((seconds - whole) * 1000)

    def row(self, seconds: float, numbers: dict[str, Any], derived: Optional[dict[str, float]] = None) -> bytes:
        """One line. What is no number is left out, and complained of. Of the figures in `derived` nine digits are
        told, since clocks have no more; of `numbers` all."""
        values: tuple[Any, ...] = tuple(numbers.values())
        key: tuple[object, ...] = (*numbers, *map(type, values))
        if derived:
            key += tuple(derived)
            values += tuple(derived.values())
        template = self._templates.get(key)
        if template is None or not are_usual(values):
            places = [PLACES.get(type(value), "") for value in numbers.values()]
            if all(places) and are_usual(values):
                template = self._template(key, [*numbers, *(derived or ())], places)
            else:
                numbers = {**numbers, **(derived or {})}
                texts = {name: text for name, value in numbers.items() if (text := self._number(name, value))}
                values = tuple(texts.values())
                template = self._template((None, *texts), list(texts), ["%s"] * len(texts))
        return (template % (*self._parts(seconds), *values)).encode()

    def _template(self, key: tuple[object, ...], names: list[str], places: list[str]) -> str:
        """The line with a place for each value; names beyond the places are of derived figures."""
        template = self._templates.get(key)
        if template is None:
            if len(self._templates) >= TEMPLATES_REMEMBERED:  # names that are made up as the training goes
                self._templates.clear()
            places = [*places, *[DERIVED] * (len(names) - len(places))]
            fields = (f", {json.dumps(name)}: ".replace("%", "%%") + place for name, place in zip(names, places))
            template = self._templates[key] = f'{{"timestamp": "%s.%03dZ"{"".join(fields)}}}\n'
        return template

    def _number(self, name: str, value: Any) -> Optional[str]:
        text = number(value)
        if text is None:
            self._complain(f"{name} is a {type(value).__name__} and no number")
        return text


def are_usual(values: Iterable[Any]) -> bool:
    """Whether str() of each number is its JSON: finite floats and integers of usual size. None is passed over."""
    try:
        return bool(abs(sum(filter(None, values))) < LARGEST_INTEGER)
    except OverflowError:
        return False
