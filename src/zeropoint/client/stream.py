"""One attempt to read /metrics/sse: from the request to the end of the stream."""

import re
from collections.abc import Callable
from typing import NoReturn

import aiohttp

from zeropoint.client.context import Context
from zeropoint.client.endpoint import request
from zeropoint.client.outcome import AttemptError, ProtocolError, broken, judge_content_type, judge_status
from zeropoint.client.parser import Block, EventParser, Retry
from zeropoint.client.watchdog import SilenceError, Watchdog

MEDIA_TYPE = "text/event-stream"


class Stream:
    """`take` gets all that comes, and may change how long the stream may be silent."""

    def __init__(self, context: Context, take: Callable[[Block | Retry], None]) -> None:
        self._context = context
        self._take = take
        self._watchdog = Watchdog(context.clock, context.timing.silence_min_seconds)
        self._is_live = False

    def set_silence_limit(self, limit_seconds: float) -> None:
        self._watchdog.set_limit(limit_seconds)

    async def run(self, resume_id: str | None) -> NoReturn:
        """Raises AttemptError, FeedRefusedError, or whatever `take` raises: a stream has no good end."""
        try:
            async with self._watchdog:
                response = await self._ask(resume_id)
                try:
                    await self._read(response)
                finally:
                    response.close()
        except SilenceError as silence:
            raise AttemptError("silent", self._why_silent(silence.silent_seconds)) from None
        except ProtocolError as error:
            raise AttemptError("content", str(error)) from None
        raise AttemptError("ended", "the connection ended")

    async def _ask(self, resume_id: str | None) -> aiohttp.ClientResponse:
        endpoint = self._context.endpoint
        headers, query = endpoint.headers(MEDIA_TYPE), {}
        if resume_id is not None:
            # A header can carry printable ASCII alone; ids of the appliance are that.
            if re.fullmatch(r"[!-~]+", resume_id):
                headers["Last-Event-ID"] = resume_id
            else:
                query["last_event_id"] = resume_id
        try:
            return await request(self._context.http, endpoint.url("metrics/sse", query), headers)
        except (aiohttp.ClientError, OSError) as error:
            raise broken("unreachable", error) from error

    async def _read(self, response: aiohttp.ClientResponse) -> None:
        judge_status(response.status, response.headers, self._context.clock.epoch_seconds())
        judge_content_type(response.headers, MEDIA_TYPE)
        parser = EventParser()
        while chunk := await self._next_chunk(response):
            for item in parser.feed(chunk):
                self._is_live = self._is_live or (isinstance(item, Block) and item.data is not None)
                self._take(item)
            # Before the first event, bytes prove nothing: a proxy may pad a stream that it holds back.
            if self._is_live:
                self._watchdog.feed()

    def _why_silent(self, silent_seconds: float) -> str:
        if self._is_live:
            return f"nothing arrived for {silent_seconds:.0f} s"
        return f"nothing came through for {silent_seconds:.0f} s: something on the way may be holding the stream back"

    @staticmethod
    async def _next_chunk(response: aiohttp.ClientResponse) -> bytes:
        try:
            return await response.content.readany()
        except (aiohttp.ClientError, OSError) as error:
            raise broken("ended", error) from error
