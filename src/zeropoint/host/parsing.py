"""What the parsers of the kernel's files share."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def parses(file: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Makes a parser of `file` raise one clear ValueError, which names the file, for content that it can't read."""

    def wrap(parse: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(parse)
        def named(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return parse(*args, **kwargs)
            except (ValueError, LookupError) as error:
                # The text of the error quotes the content, which may be long.
                raise ValueError(f"{file} is malformed: {str(error)[:120]}") from error

        return named

    return wrap


def printable(name: bytes) -> str:
    """A kernel name as text. It is bytes there: what is no UTF-8 is escaped, so that different names stay different."""
    return name.decode(errors="backslashreplace")


def number_list(text: str) -> list[int]:
    """The numbers of a kernel list such as "0-2,5" (Documentation/core-api/kernel-api.rst, "cpumask lists")."""
    numbers: list[int] = []
    for part in text.strip().split(","):
        if part:
            first, _, last = part.partition("-")
            numbers.extend(range(int(first), int(last or first) + 1))
    return numbers
