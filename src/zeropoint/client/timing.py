"""Time, as an argument: where it comes from, and how long things may take."""

import asyncio
import math
import time
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct


class Clock(Protocol):
    def epoch_seconds(self) -> float:
        """Since 1970, for times that people see. It may jump."""

    def monotonic_seconds(self) -> float:
        """From some start, never jumping, for durations."""

    def after(self, delay_seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls back once, from the event loop; the answer cancels it."""


class SystemClock:
    def epoch_seconds(self) -> float:
        return time.time()

    def monotonic_seconds(self) -> float:
        return time.monotonic()

    def after(self, delay_seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        return asyncio.get_running_loop().call_later(delay_seconds, callback).cancel


class Timing(Struct, frozen=True, kw_only=True):
    """How long things may take. The defaults are the contract's; special networks may differ."""

    backoff_base_seconds: float = 1.0
    """Backoff doubles from here until the server has named a `retry` of its own."""
    backoff_cap_seconds: float = 30.0
    """No wait is drawn from beyond this, however many attempts failed."""
    good_connection_seconds: float = 60.0
    """A stream that lived this long clears the count of failures."""
    silence_min_seconds: float = 5.0
    """The least silence that counts as a dead stream, and the longest that a new one may take for its first event."""
    heartbeat_seconds: float = 10.0
    """How often the server sends something when it has nothing else to say."""
    failures_before_polling: int = 3
    """Failures in a row after which samples are polled for."""
    poll_wait_seconds: float = 10.0
    """How long one poll lets the server wait for a sample."""
    probe_base_seconds: float = 15.0
    """While polling, the stream is tried again after this, then after twice this, and so on ..."""
    probe_cap_seconds: float = 120.0
    """... up to this."""
    resumable_seconds: float = math.inf
    """Who was away for longer than this begins with the newest sample and is told the gap, in place of all that was
    sent meanwhile: after a night that is 400 MB."""
