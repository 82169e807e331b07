"""Names of metrics with * for any characters: what they match, and whether they can match anything at all. Pure."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cache

# The key of a row in a name of the catalogue, as in system.gpus.{hw.id}.power_watts.
KEY = re.compile(r"\{[^}]*\}")


@cache
def matcher(pattern: str) -> Callable[[str], object]:
    """Tells the names that a pattern stands for. The earliest place of a part leaves the most for those after it, so
    nothing is tried twice: atomic groups keep the time linear in the name's length."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern.__eq__
    middle = "".join(f"(?>.*?{re.escape(part)})" for part in rest[:-1])
    return re.compile(f"{re.escape(first)}{middle}.*{re.escape(rest[-1])}", re.DOTALL).fullmatch


def known(pattern: str, names: Iterable[str]) -> list[str]:
    """The names of the catalogue that a pattern can stand for; a row's key may be any text."""
    head = pattern.partition("*")[0]
    found = []
    for name in names:
        fixed = name.partition("{")[0]
        # Most names differ before the first * or key: the dear question is left for the few that do not.
        if (fixed.startswith(head) or head.startswith(fixed)) and meets(pattern, KEY.sub("*", name)):
            found.append(name)
    return found


def meets(one: str, other: str) -> bool:
    """Whether some text matches two patterns in which * stands for any characters; for a key at least in the sense that
    it may be empty."""
    reached = {0}
    for character in one:
        reached = _after_stars(reached, other)
        if character == "*":
            # It takes any part of the other, whatever that is.
            reached = set(range(min(reached), len(other) + 1)) if reached else set()
        else:
            reached = {
                place if other[place] == "*" else place + 1
                for place in reached
                if place < len(other) and other[place] in ("*", character)
            }
    return len(other) in _after_stars(reached, other)


def nearest(pattern: str, names: Iterable[str]) -> str | None:
    """The name that was perhaps meant."""
    return next(iter(get_close_matches(pattern, list(names), 1, 0.75)), None)


def _after_stars(places: set[int], text: str) -> set[int]:
    """With the places after each * that stands there, since it may stand for nothing."""
    found = set(places)
    for place in places:
        found.update(range(place + 1, len(text) - len(text[place:].lstrip("*")) + 1))
    return found
