"""Samples for scripts that know nothing of asyncio."""

import asyncio
import atexit
import logging
import threading
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import wait
from typing import Any, TypeVar

from zeropoint.client.client import MetricsClient
from zeropoint.client.events import Event, Gap, Sample, StateChanged

Result = TypeVar("Result")

log = logging.getLogger("zeropoint.client")
LOOK_SECONDS = 1.0
"""On Windows Ctrl-C is seen only between waits."""


def follow(url: str, token: str | None = None, sections: Sequence[str] = ()) -> Iterator[Sample]:
    """Every sample of an appliance, each once and in order.

    The stream is read on a thread of its own, also while the caller computes. What is lost, and when nothing arrives,
    is logged as a warning, which Python prints unless told otherwise. Raises FeedRefusedError when the server says no.
    """
    return _samples(_Bridge(MetricsClient(url, token, sections)))


def _samples(bridge: "_Bridge") -> Iterator[Sample]:
    try:
        while (event := bridge.next_event()) is not None:
            match event:
                case Sample():
                    yield event
                case Gap():
                    lost = "samples" if event.lost is None else f"{event.lost} samples"
                    log.warning("%s are missing: %s", lost, event.reason)
                case StateChanged() if event.name == "polling" or event.retry_at is not None:
                    log.warning("%s: %s", event.name, event.reason)
    finally:
        bridge.close()


class _Bridge:
    """A client on an event loop on a thread of its own."""

    def __init__(self, client: MetricsClient) -> None:
        self._client = client
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def next_event(self) -> Event | None:
        if self._loop is None:
            self._start()
        return self._call(_next(self._client))

    def close(self) -> None:
        if self._loop is None or self._thread is None:
            return
        atexit.unregister(self.close)
        self._call(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None

    def _start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="zeropoint client", daemon=True)
        self._thread.start()
        # An iterator that is still alive when the interpreter ends is closed after threads stopped for good: too late.
        atexit.register(self.close)
        self._call(self._client.__aenter__())

    def _call(self, work: Coroutine[Any, Any, Result]) -> Result:
        assert self._loop is not None  # noqa: S101 - it is called between start and close
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        while not future.done():
            wait((future,), LOOK_SECONDS)
        return future.result()


async def _next(client: MetricsClient) -> Event | None:
    return await anext(client, None)
