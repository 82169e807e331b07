"""/api/v1/alerts."""

from collections.abc import Callable
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from zeropoint.model import AlertEvent, AlertRule, AlertTarget
from zeropoint.server.errors import json_response


class AlertsAnswer(Struct, frozen=True):
    rules: Annotated[list[AlertRule], Meta(description="The rules of the settings file, and how they stand")]
    events: Annotated[list[AlertEvent], Meta(description="What fired and ended, the newest first; at most 200")]
    targets: Annotated[list[AlertTarget], Meta(description="Where notices go, without the addresses")]


class Alerts:
    """Handler; `told` gives the answer, None where no rules are set."""

    def __init__(self, told: Callable[[], AlertsAnswer | None]) -> None:
        self._told = told

    async def alerts(self, request: web.Request) -> web.StreamResponse:
        return json_response(self._told() or AlertsAnswer([], [], []))
