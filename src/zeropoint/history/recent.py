"""What was used lately, of a bounded size."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most `most_bytes`; what was not used for longest goes first. `size_of` tells how many bytes a value takes."""

    def __init__(self, most_bytes: int, size_of: Callable[[V], int]) -> None:
        self._most_bytes = most_bytes
        self._size_of = size_of
        self._values: OrderedDict[K, V] = OrderedDict()
        self._size_bytes = 0

    def get(self, key: K) -> V | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def keep(self, key: K, value: V) -> None:
        """`key` is none that is there."""
        self._values[key] = value
        self._size_bytes += self._size_of(value)
        while self._size_bytes > self._most_bytes:
            _, oldest = self._values.popitem(last=False)
            self._size_bytes -= self._size_of(oldest)

    def clear(self) -> None:
        self._values.clear()
        self._size_bytes = 0
