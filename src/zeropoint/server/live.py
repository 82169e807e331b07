"""The live feed over HTTP: the event stream and its fallback, polling."""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus

import msgspec
from aiohttp import web
from aiohttp.http import HttpVersion11
from msgspec import Struct

from zeropoint.feed.broadcaster import Broadcaster, FeedFullError
from zeropoint.feed.frames import Frame
from zeropoint.feed.ring import Replay
from zeropoint.feed.view import View
from zeropoint.model import Gap, Sample
from zeropoint.server.access import GRANT, Gate, unauthorized
from zeropoint.server.clients import network_of
from zeropoint.server.errors import ApiError, bad_parameter, json_response
from zeropoint.server.limits import CHARGE
from zeropoint.server.sections import view_of

MAX_WAIT_SECONDS = 30.0
MAX_SAMPLES = 600
# To narrow so many samples takes half a millisecond: others have their turn then, and it counts as a request.
NARROWED_AT_A_TIME = 16
# Answers of more than that which are worked on at a time.
NARROWED_TOGETHER = 2
STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}


class SamplesAnswer(Struct, frozen=True):
    """Samples after an id. The gap, if any, stands before the first of them."""

    samples: list[Sample]
    gap: Gap | None


class Live:
    """Handlers of /metrics/sse and /metrics/json; `feed_of` finds the feed of a request, or raises ApiError."""

    def __init__(self, gate: Gate, feed_of: Callable[[web.Request], Broadcaster], most_of_client: int) -> None:
        self._gate = gate
        self._feed_of = feed_of
        self._most_of_client = most_of_client
        self._of_client: Counter[str] = Counter()
        self._narrowing = asyncio.Semaphore(NARROWED_TOGETHER)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        view, feed = view_of(request, self._gate), self._feed_of(request)
        try:
            feed.check_room(view)
        except FeedFullError as full:
            raise _full(HTTPStatus.SERVICE_UNAVAILABLE, str(full), full.retry_ms) from None
        with self._place_of(network_of(request), feed):
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
        subscriber.holds = holds
        try:
            await subscriber.ended
        finally:
            feed.unsubscribe(subscriber)
        return response

    async def newest(self, request: web.Request) -> web.StreamResponse:
        view, since, wait = view_of(request, self._gate), request.query.get("since"), _wait(request)
        feed = self._feed_of(request)
        if since is not None:
            replay = await _after(feed, since, wait)
            if not self._gate.still_holds(request[GRANT], view):  # it waited for up to 30 s
                raise unauthorized("bad-token", "this token holds no longer")
            if view.sections and (more := len(_told(replay)) // NARROWED_AT_A_TIME):
                request[CHARGE](more)
                async with self._narrowing:
                    return json_response(await encode_answer(replay, view))
            return json_response(await encode_answer(replay, view))
        if wait:
            raise bad_parameter("wait", "it goes with since=ID")
        frame = feed.ring.newest
        if frame is None:
            raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "no-sample", "no sample has been taken yet")
        etag = f'"{frame.id}{"-public" if view.public else ""}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})
        return json_response(frame.narrowed(view), headers={"ETag": etag, "Cache-Control": "private, no-cache"})

    @contextmanager
    def _place_of(self, client: str, feed: Broadcaster) -> Iterator[None]:
        """One of the places that a client has. Raises ApiError where it has them all."""
        if self._of_client[client] >= self._most_of_client:
            message = f"all {self._most_of_client} places for subscribers of one client are taken"
            raise _full(HTTPStatus.TOO_MANY_REQUESTS, message, feed.draw_retry_ms())
        self._of_client[client] += 1
        try:
            yield
        finally:
            self._of_client[client] -= 1
            if not self._of_client[client]:
                del self._of_client[client]


async def _after(feed: Broadcaster, since: str, wait_seconds: float) -> Replay:
    """What came after `since`; waits for the next sample, at most so long, where there is nothing yet."""
    replay = await feed.after(since, MAX_SAMPLES)
    if not replay.frames and wait_seconds:
        try:
            async with asyncio.timeout(wait_seconds):  # wait_for() would make a task of it
                await feed.next_sample()
        except TimeoutError:
            return replay
        return await feed.after(since, MAX_SAMPLES)
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


async def encode_answer(replay: Replay, view: View) -> bytes:
    """{"samples": [...], "gap": ...}"""
    samples = []
    for place, frame in enumerate(_told(replay), 1):
        samples.append(frame.narrowed(view))
        if view.sections and place % NARROWED_AT_A_TIME == 0:
            await asyncio.sleep(0)
    return b'{"samples":[%b],"gap":%b}' % (b",".join(samples), msgspec.json.encode(_gap_before(replay)))


def _told(replay: Replay) -> list[Frame]:
    """The frames of one answer. The gap stands before the first sample, so it ends where the next gap is; the reader
    asks for the rest at once."""
    frames = replay.frames[:1]
    for frame in replay.frames[1:MAX_SAMPLES]:
        if frame.gap is not None:
            break
        frames.append(frame)
    return frames


def _gap_before(replay: Replay) -> Gap | None:
    """What is missing before the first sample. An answer has one gap, whose `lost` is the hole in the numbers: where
    samples are gone, ticks that the sampler missed beside them, which have no numbers, are in `missed_ticks_total`."""
    return replay.gap or (replay.frames[0].gap if replay.frames else None)
