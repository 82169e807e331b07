"""Writes samples to a store by Prometheus' remote write: each one once and in order, over failures and restarts."""

import asyncio

import structlog

from zeropoint.fleet.remote_write_sender import Sender
from zeropoint.model import RemoteWriteReport

log = structlog.get_logger()
# What the end of the appliance waits for.
STOP_SECONDS = 1.0


class RemoteWrite:
    """A task that sends, one request at a time; put together but not running."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Sends what waits, as far as that goes within STOP_SECONDS."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=STOP_SECONDS)
            self._task.cancel()
        await self._sender.close()

    def statistics(self) -> RemoteWriteReport:
        return self._sender.tally.report()

    def failures(self) -> list[str]:
        """What is wrong, a line each."""
        return self._sender.tally.reasons()

    async def _run(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._stopping.is_set()
            try:
                rest_seconds = await self._sender.step()
            except Exception as error:  # whatever it is, samples wait and it is tried again
                log.exception("remote write")
                rest_seconds = self._sender.failed(type(error).__name__)
            if not is_last:
                await self._rest(rest_seconds)

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
