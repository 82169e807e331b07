"""A clock that stands still until a test moves it."""

import asyncio
from collections.abc import Callable

from tests.client.waiting import until

START_EPOCH_SECONDS = 1_795_478_400.0
"""2026-11-24T00:00:00Z."""
SETTLE_STEPS = 50
"""Turns of the event loop that are more than any chain of callbacks here takes."""


class ManualClock:
    def __init__(self) -> None:
        self._now = 0.0
        self._timers: dict[object, tuple[float, Callable[[], None]]] = {}
        self._changed = asyncio.Event()

    def epoch_seconds(self) -> float:
        return START_EPOCH_SECONDS + self._now

    def monotonic_seconds(self) -> float:
        return self._now

    def after(self, delay_seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
        key = object()
        self._timers[key] = (self._now + delay_seconds, callback)
        self._changed.set()
        return lambda: void(self._timers.pop(key, None))

    @property
    def waits(self) -> list[float]:
        """How long it is until each timer goes off."""
        return sorted(round(due - self._now, 6) for due, _ in self._timers.values())

    async def until_timer(self, in_seconds: float) -> None:
        """Returns as soon as there is a timer that is due in exactly this time."""
        await until(lambda: round(in_seconds, 6) in self.waits, self._changed, lambda: f"timers: {self.waits}")

    async def advance(self, seconds: float) -> None:
        """Moves on, and lets each timer that is due act before the next one."""
        await settle()
        end = self._now + seconds
        while due := [(at, key) for key, (at, _) in self._timers.items() if at <= end]:
            at, key = min(due, key=lambda timer: timer[0])
            self._now = max(self._now, at)
            self._timers.pop(key)[1]()
            await settle()
        self._now = end

    def jump(self, seconds: float) -> None:
        """Moves on as when the event loop is held up: all timers that are due go off late, and at once."""
        self._now += seconds
        due = sorted((at, key) for key, (at, _) in self._timers.items() if at <= self._now)  # type: ignore[type-var]
        for _, key in due:
            self._timers.pop(key)[1]()


async def settle() -> None:
    """Lets all that can go on without the network go on."""
    for _ in range(SETTLE_STEPS):
        await asyncio.sleep(0)


def void(_: object) -> None:
    return None
