"""From a Sample to the names of its series and their numbers, once a sample on the writer's thread.

catalogue.values() says the same in a form made for the exposition, and takes four times as long. What is the same at
each sample is kept here: the fields of a type as one getter, the names of a row as one tuple.
"""

import math
from collections.abc import Callable, Sequence
from operator import attrgetter
from threading import Lock
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.catalogue import Field, fields_of
from zeropoint.model import Component, Sample, Section

Names = tuple[str, ...]
# Workloads and processes come and go, and their names with them.
MOST_KEPT_PATHS = 4096


class Plan:
    """How a type of section is walked. `getter` gives all its numbers and states at once, as a sequence."""

    __slots__ = ("below", "fields", "getter", "names_by_path", "states")

    def __init__(self, section: type[Section]) -> None:
        fields = fields_of(section, "", "")
        single = [field for field in fields if field.shape in ("number", "state")]
        self.fields: Names = tuple(field.name for field in single)
        self.getter = _getter(self.fields)
        # By place in `fields`: the word's index stands for the word.
        self.states = tuple(
            (place, {word: index for index, word in enumerate(field.spec.states)})
            for place, field in enumerate(single)
            if field.shape == "state" and field.spec
        )
        self.below = tuple((field, attrgetter(field.name)) for field in fields if _has_metrics(field))
        self.names_by_path: dict[str, Names] = {}


class Flat(Struct, frozen=True, gc=False):
    """The series of one sample: the names of each section and row of it, and the numbers of all of them. A part is the
    same object in each sample in which it is, and `parts` is as long as nothing comes or goes. A series that is null is
    NaN; a name may stand twice where a list has two rows of one key."""

    parts: tuple[Names, ...]
    values: NDArray[np.float64]


class Flattener:
    """Keeps the names that it has made."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._plans: dict[type[Section], Plan] = {}
        self._item_names: dict[tuple[str, int], Names] = {}
        self._kept_paths = 0
        self._parts: tuple[Names, ...] = ()

    def flatten(self, sample: Sample) -> Flat:
        """The names that catalogue.values() gives, and their numbers; of a state the index of its word."""
        found: list[Names] = []
        values: list[Any] = []
        with self._lock:
            self._walk(sample, "", found, values)
            parts = tuple(found)
            if parts != self._parts:
                self._parts = parts
            if self._kept_paths > MOST_KEPT_PATHS:
                self._forget()
            return Flat(self._parts, _numbers(values))

    def _walk(self, section: Section, path: str, parts: list[Names], values: list[Any]) -> None:
        plan = self._plans.get(type(section))
        if plan is None:
            plan = self._plans[type(section)] = Plan(type(section))
        names = plan.names_by_path.get(path)
        if names is None:
            names = plan.names_by_path[path] = tuple(f"{path}.{name}" if path else name for name in plan.fields)
            self._kept_paths += 1
        if names:
            found = plan.getter(section)
            if plan.states:
                found = list(found)
                for place, indexes in plan.states:
                    word = found[place]
                    found[place] = indexes.get(word) if isinstance(word, str) else None
            parts.append(names)
            values.extend(found)
        for field, get in plan.below:
            value = get(section)
            if value is None:
                continue
            below = f"{path}.{field.name}" if path else field.name
            if field.shape == "section":
                self._walk(value, below, parts, values)
            elif field.shape == "sections":
                for row in value:
                    self._walk(row, f"{below}.{getattr(row, field.key or '')}", parts, values)
            elif field.shape == "mapping":
                for title, row in value.items():
                    self._walk(row, f"{below}.{title}", parts, values)
            else:
                parts.append(self._items(below, len(value)))
                values.extend(value)

    def _items(self, path: str, count: int) -> Names:
        names = self._item_names.get((path, count))
        if names is None:
            names = self._item_names[path, count] = tuple(f"{path}.{index}" for index in range(count))
            self._kept_paths += 1
        return names

    def _forget(self) -> None:
        for plan in self._plans.values():
            plan.names_by_path.clear()
        self._item_names.clear()
        self._kept_paths = 0


def _getter(names: Names) -> Callable[[Any], Sequence[Any]]:
    if len(names) == 1:
        one = attrgetter(names[0])
        return lambda section: (one(section),)
    return attrgetter(*names) if names else lambda section: ()


def _has_metrics(field: Field) -> bool:
    """Whether it is to be walked into, and anything is found there."""
    if field.shape == "numbers":
        return True
    if field.shape not in ("section", "sections", "mapping") or field.below is None:
        return False
    below = fields_of(field.below, "", "")
    return field.below is Component or any(one.shape in ("number", "state") or _has_metrics(one) for one in below)


def _numbers(values: list[Any]) -> NDArray[np.float64]:
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        # A component of others may put anything into its fields.
        return np.array([_number(value) for value in values], dtype=np.float64)


def _number(value: Any) -> float:
    try:
        return float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return math.nan
