"""Names of series as they are asked for: `*` stands for any characters."""

from collections.abc import Iterable


class Pattern:
    """One name that is asked for. Matching takes time linear in the name's length, whatever the pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts = text.split("*")

    @property
    def is_exact(self) -> bool:
        return len(self._parts) == 1

    def matches(self, name: str) -> bool:
        first, *middle = self._parts
        if not middle:
            return name == first
        last = middle.pop()
        if not (name.startswith(first) and name.endswith(last) and len(name) >= len(first) + len(last)):
            return False
        place, end = len(first), len(name) - len(last)
        for part in middle:
            # The earliest place leaves the most for the parts after it.
            found = name.find(part, place, end)
            if found < 0:
                return False
            place = found + len(part)
        return True


def matching(pattern: Pattern, names: Iterable[str]) -> list[str]:
    """The names that the pattern stands for, sorted."""
    return sorted(name for name in names if pattern.matches(name))
