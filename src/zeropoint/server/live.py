"""The live feed over HTTP: the event stream and its fallback, polling."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus

from aiohttp import web
from aiohttp.http import HttpVersion11

from zeropoint.feed.broadcaster import Broadcaster, FeedFullError
from zeropoint.feed.pieces import PIECE_FRAMES
from zeropoint.feed.ring import Replay
from zeropoint.feed.view import WHOLE, View
from zeropoint.server.access import GRANT, Gate, unauthorized
from zeropoint.server.clients import network_of
from zeropoint.server.errors import ApiError, bad_parameter, json_response
from zeropoint.server.limits import CHARGE
from zeropoint.server.pieces import MadePieces
from zeropoint.server.polled import Reader, encoded, first_piece
from zeropoint.server.sections import view_of

MAX_WAIT_SECONDS = 30.0
# Different ones at a time, beside those that always fit: nobody takes from all others what there is of them.
MAX_VIEWS_OF_CLIENT = 8
STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}


class Live:
    """Handlers of /metrics/sse and /metrics/json; `feed_of` finds the feed of a request, or raises ApiError."""

    def __init__(self, gate: Gate, feed_of: Callable[[web.Request], Broadcaster], most_of_client: int) -> None:
        self._gate = gate
        self._feed_of = feed_of
        self._most_of_client = most_of_client
        self._of_client: dict[str, Counter[View]] = {}

    async def stream(self, request: web.Request) -> web.StreamResponse:
        view, feed = view_of(request, self._gate), self._feed_of(request)
        try:
            feed.check_room(view, is_common=self._is_common(view))
        except FeedFullError as full:
            raise _full(HTTPStatus.SERVICE_UNAVAILABLE, str(full), full.retry_ms) from None
        with self._place_of(network_of(request), view, feed):
            return await self._stream(request, view, feed)

    async def _stream(self, request: web.Request, view: View, feed: Broadcaster) -> web.StreamResponse:
        chunked = request.version >= HttpVersion11
        response = web.StreamResponse(headers=STREAM_HEADERS)
        response.force_close()  # a stream that has ended leaves nothing to keep the connection for
        if chunked:
            response.enable_chunked_encoding()
        await response.prepare(request)
        transport, holds = request.transport, partial(self._gate.still_holds, request[GRANT], view)
        if request.method == "HEAD" or transport is None or not holds():
            return response
        last_id = request.headers.get("Last-Event-ID") or request.query.get("last_event_id")
        subscriber = feed.subscribe(transport, view, chunked, last_id)
        subscriber.holds, subscriber.charge = holds, request[CHARGE]
        try:
            await subscriber.ended
        finally:
            feed.unsubscribe(subscriber)
        return response

    async def newest(self, request: web.Request) -> web.StreamResponse:
        view, since, wait = view_of(request, self._gate), request.query.get("since"), _wait(request)
        feed = self._feed_of(request)
        if since is not None:
            return await self._after(request, view, feed, since, wait)
        if wait:
            raise bad_parameter("wait", "it goes with since=ID")
        frame = feed.ring.newest
        if frame is None:
            raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "no-sample", "no sample has been taken yet")
        etag = f'"{frame.id}{"-public" if view.public else ""}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})
        return json_response(frame.narrowed(view), headers={"ETag": etag, "Cache-Control": "private, no-cache"})

    async def _after(
        self, request: web.Request, view: View, feed: Broadcaster, since: str, wait_seconds: float
    ) -> web.StreamResponse:
        replay = await _next_after(feed, since, wait_seconds)
        holds = partial(self._gate.still_holds, request[GRANT], view)
        if not holds():  # it waited for up to 30 s
            raise unauthorized("bad-token", "this token holds no longer")
        reader = Reader(view, holds, request[CHARGE], partial(feed.after, limit=PIECE_FRAMES), time.monotonic)
        answer = encoded(replay, reader)
        if not replay.frames or (replay.frames[-1] is feed.ring.newest and replay.frames == first_piece(replay)):
            return json_response(b"".join([piece async for piece in answer]))
        return json_response(MadePieces(answer, "application/json"))

    def _is_common(self, view: View) -> bool:
        """Whether it is one that most ask for: all that there is, or all that is public."""
        return view in (WHOLE, self._gate.public.as_public())

    @contextmanager
    def _place_of(self, client: str, view: View, feed: Broadcaster) -> Iterator[None]:
        """One of the places that a client has. Raises ApiError where it has them all, or has as many other views as one
        may."""
        places = self._of_client.get(client) or Counter()
        if places.total() >= self._most_of_client:
            message = f"all {self._most_of_client} places for subscribers of one client are taken"
            raise _full(HTTPStatus.TOO_MANY_REQUESTS, message, feed.draw_retry_ms())
        of_its_own = sum(not self._is_common(one) for one in places)
        if view not in places and not self._is_common(view) and of_its_own >= MAX_VIEWS_OF_CLIENT:
            message = f"all {MAX_VIEWS_OF_CLIENT} different views of one client are taken"
            raise _full(HTTPStatus.TOO_MANY_REQUESTS, message, feed.draw_retry_ms())
        self._of_client[client] = places
        places[view] += 1
        try:
            yield
        finally:
            places[view] -= 1
            if not places[view]:
                del places[view]
            if not places:
                del self._of_client[client]


async def _next_after(feed: Broadcaster, since: str, wait_seconds: float) -> Replay:
    """What came after `since`; waits for the next sample, at most so long, where there is nothing yet."""
    replay = await feed.after(since, PIECE_FRAMES)
    if not replay.frames and wait_seconds:
        try:
            async with asyncio.timeout(wait_seconds):  # wait_for() would make a task of it
                await feed.next_sample()
        except TimeoutError:
            return replay
        return await feed.after(since, PIECE_FRAMES)
    return replay


def _full(status: int, message: str, retry_ms: int) -> ApiError:
    return ApiError(status, "full", message, headers={"Retry-After": str(math.ceil(retry_ms / 1000))})


def _wait(request: web.Request) -> float:
    given = request.query.get("wait", "0")
    try:
        seconds = float(given)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= MAX_WAIT_SECONDS:
        raise bad_parameter("wait", f"{given[:32]!r} is no number of seconds from 0 to {MAX_WAIT_SECONDS:.0f}")
    return seconds
