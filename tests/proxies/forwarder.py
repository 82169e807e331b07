"""Counts the connections that a proxy makes to the appliance."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.chaos.proxy import ChaosProxy
from tests.support.process import TIMEOUT_SECONDS


@contextmanager
def forwarding(appliance_port: int) -> Iterator[ChaosProxy]:
    """Another way to the appliance, on which no connection suffers, run on a thread of its own."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    forwarder = ChaosProxy(appliance_port, lambda number: None)

    async def forward() -> None:
        async with forwarder:
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(forward(),), name="forwarder")
    thread.start()
    try:
        assert ready.wait(TIMEOUT_SECONDS)
        yield forwarder
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(TIMEOUT_SECONDS)
        loop.close()
