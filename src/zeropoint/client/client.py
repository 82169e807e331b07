"""MetricsClient: the live feed of an appliance as an asynchronous iterator."""

import asyncio
import random as system_random
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import aiohttp

from zeropoint.client.backoff import Random
from zeropoint.client.context import Context
from zeropoint.client.endpoint import make_endpoint, make_http
from zeropoint.client.events import Event, Hello, Sample, StateChanged
from zeropoint.client.inbox import MOST_BYTES, MOST_EVENTS, Inbox, Statistics
from zeropoint.client.session import Session
from zeropoint.client.timing import Clock, SystemClock, Timing


class MetricsClient:
    """Every sample of an appliance, each once and in order, whatever the connection does meanwhile.

        async with MetricsClient("http://127.0.0.1:3001") as client:
            async for event in client:
                ...

    Nothing is asked for before the first step of the loop. It ends when the client is closed, and raises
    FeedRefusedError when the server says no; another `async for` then tries again, after the last sample that came.

    `token` goes into a header, never into a URL. `sections` are the parts of the sample to ask for; none means all.
    `http` is used in place of a session of the client's own, and not closed: for a proxy, for own certificates.
    Not more than `most_waiting` events wait for the reader, with not more than `most_waiting_bytes` of JSON; then the
    oldest are dropped, and a Gap with the reason `slow-consumer` says how many samples are lost.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        sections: Sequence[str] = (),
        *,
        http: aiohttp.ClientSession | None = None,
        timing: Timing | None = None,
        clock: Clock | None = None,
        random: Random = system_random.random,
        most_waiting: int = MOST_EVENTS,
        most_waiting_bytes: int = MOST_BYTES,
    ) -> None:
        """Raises ValueError for what no request could be made with."""
        self._endpoint = make_endpoint(url, token, sections)
        self._given_http = http
        self._timing = timing or Timing()
        self._clock = clock or SystemClock()
        self._random = random
        self._inbox = Inbox(most_waiting, most_waiting_bytes)
        self._http: aiohttp.ClientSession | None = None
        self._session: Session | None = None
        self._task: asyncio.Task[None] | None = None
        self._latest: Sample | None = None
        self._hello: Hello | None = None

    @property
    def state(self) -> StateChanged:
        """What the connection is doing at this moment; the events that lead there may still wait to be read."""
        if self._inbox.is_closed:
            return StateChanged("closed")
        return self._session.state if self._session is not None else StateChanged("idle")

    @property
    def latest(self) -> Sample | None:
        """The newest sample that came; None before the first."""
        return self._latest

    @property
    def hello(self) -> Hello | None:
        """What the server told of itself when the newest stream began; None before the first stream."""
        return self._hello

    @property
    def delay_seconds(self) -> float | None:
        """By how much the slowest of what came in the last 10 s was later than the quickest of the last minutes; the
        clocks of both ends need not agree. None before the first sample."""
        return self._session.delay_seconds if self._session is not None else None

    def statistics(self) -> Statistics:
        return self._inbox.statistics()

    async def __aenter__(self) -> Self:
        if self._inbox.is_closed:
            raise RuntimeError("this MetricsClient is closed; make another one")
        if self._session is None:
            self._http = self._given_http or make_http()
            context = Context(self._endpoint, self._http, self._timing, self._clock, self._random)
            self._session = Session(context, self._tell)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends everything at once and for good: no event and no request comes after it, no task or socket is left."""
        self._inbox.close()
        try:
            if self._task is not None:
                self._task.cancel()
                await asyncio.wait((self._task,))
        finally:
            if self._http is not None and self._http is not self._given_http:
                await self._http.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        self._start()
        event = await self._inbox.get()
        if event is None:
            raise StopAsyncIteration
        return event

    def _start(self) -> None:
        """Runs the session, unless it runs already or the reader has yet to see why it does not."""
        if self._inbox.is_closed or self._inbox.has_failed or (self._task is not None and not self._task.done()):
            return
        if self._session is None:
            raise RuntimeError("a MetricsClient is read inside of `async with`, so that nothing of it is left behind")
        self._task = asyncio.create_task(self._run(self._session), name="zeropoint client")

    async def _run(self, session: Session) -> None:
        try:
            await session.run()
        except Exception as error:  # noqa: BLE001 - the reader gets it: a refusal, or a fault of this client
            self._inbox.fail(error)

    def _tell(self, event: Event, size_bytes: int) -> None:
        if isinstance(event, Sample):
            self._latest = event
        elif isinstance(event, Hello):
            self._hello = event
        self._inbox.put(event, size_bytes)
