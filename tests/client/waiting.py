"""Waiting for a condition without looking at the time: it is looked at again whenever something happened."""

import asyncio
from collections.abc import Callable

LIMIT_SECONDS = 30
"""A test that waits this long has failed."""


async def until(holds: Callable[[], bool], changed: asyncio.Event, describe: Callable[[], str]) -> None:
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            while not holds():
                changed.clear()
                await changed.wait()
    except TimeoutError:
        raise AssertionError(f"it never came; {describe()}") from None
