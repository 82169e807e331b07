"""/api/v1/verdicts."""

from collections.abc import Callable
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from zeropoint.model import VerdictEntry
from zeropoint.server.errors import json_response


class VerdictsAnswer(Struct, frozen=True):
    verdicts: Annotated[
        list[VerdictEntry],
        Meta(description="Those that hold, then those that ended in the last 24 hours, the latest first; at most 132"),
    ]


class Verdicts:
    """Handler; `told` gives the verdicts."""

    def __init__(self, told: Callable[[], list[VerdictEntry]]) -> None:
        self._told = told

    async def verdicts(self, request: web.Request) -> web.StreamResponse:
        return json_response(VerdictsAnswer(self._told()))
