"""What a row of the routes table is: all that the router and /openapi.json need to know of a route."""

from collections.abc import Mapping
from typing import Any, Literal

from aiohttp.typedefs import Handler
from msgspec import Struct

from zeropoint.server.access import READING, Need


class Parameter(Struct, frozen=True):
    name: str
    where: Literal["query", "header", "path"]
    help: str
    schema: Mapping[str, Any]


class Answer(Struct, frozen=True):
    """An answer that is no error. `struct` is the type of a JSON body, several of them, or None for text."""

    status: int
    help: str
    content_type: str | None = "application/json"
    struct: type[Struct] | tuple[type[Struct], ...] | None = None


class Route(Struct, frozen=True):
    """One path, and the methods that it answers.

    `need` is what a request must bring where tokens are in use, `events` the structs that a stream carries beside its
    answers, `body` the type of the JSON that a request brings.
    """

    path: str
    name: str
    summary: str
    handler: Handler
    need: Need
    answers: tuple[Answer, ...]
    parameters: tuple[Parameter, ...] = ()
    events: tuple[type[Struct], ...] = ()
    methods: tuple[str, ...] = READING
    body: type[Struct] | None = None

    @property
    def structs(self) -> tuple[type[Struct], ...]:
        """All types that are written out in the document's schemas for this route."""
        found: list[type[Struct]] = [*self.events, *([self.body] if self.body else [])]
        for answer in self.answers:
            if isinstance(answer.struct, tuple):
                found += answer.struct
            elif answer.struct is not None:
                found.append(answer.struct)
        return tuple(found)
