"""The live feed of a hub: that of one machine, given out only by a hub that is where its reader was."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.fleet.message import sequence_of
from zeropoint.server.access import Gate
from zeropoint.server.errors import ApiError
from zeropoint.server.live import Live
from zeropoint.server.sections import view_of

# A reader that comes from another hub may have seen what is still on its way to this one.
LOOKS, LOOK_SECONDS = 150, 0.02


class HubLive(Live):
    """Handlers; `reached` tells the place in the stream up to which this hub has everything, None while it does not
    hear the bus."""

    def __init__(
        self,
        gate: Gate,
        feed_of: Callable[[web.Request], Broadcaster],
        most_of_client: int,
        reached: Callable[[], int | None],
    ) -> None:
        super().__init__(gate, feed_of, most_of_client)
        self._reached = reached

    async def stream(self, request: web.Request) -> web.StreamResponse:
        view_of(request, self._gate)  # who may not read is told so at once, and nothing of the bus
        await self._reach(request.headers.get("Last-Event-ID") or request.query.get("last_event_id"))
        return await super().stream(request)

    async def newest(self, request: web.Request) -> web.StreamResponse:
        since = request.query.get("since")
        if since is not None:
            view_of(request, self._gate)
            await self._reach(since)
        return await super().newest(request)

    async def _reach(self, last_id: str | None) -> None:
        """Waits until this hub is where the reader was. Raises ApiError where it does not hear the bus: it would give
        out what the reader has seen, for what comes next."""
        wanted = 0 if last_id is None else sequence_of(last_id) or 0
        for _ in range(LOOKS):  # after that the id is of another stream, or of none
            reached = self._reached()
            if reached is None or reached >= wanted:
                break
            await asyncio.sleep(LOOK_SECONDS)
        if reached is None:
            message = "this hub does not hear the bus at the moment; another one may"
            raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "bus-away", message, headers={"Retry-After": "2"})
